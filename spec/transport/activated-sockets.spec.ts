import fc from 'fast-check';
import { activatedSockets } from '../../src/index.ts';

const LISTEN_PID = String(process.pid);

describe('activatedSockets', () => {
  it('counts from 3, and names what was named', () => {
    const environment = { LISTEN_PID, LISTEN_FDS: '2', LISTEN_FDNAMES: 'rpc:admin' };
    expect(activatedSockets(environment)).toEqual([
      { fd: 3, name: 'rpc' },
      { fd: 4, name: 'admin' },
    ]);
  });

  it('says unknown where there are no names', () => {
    expect(activatedSockets({ LISTEN_PID, LISTEN_FDS: '1' })).toEqual([{ fd: 3, name: 'unknown' }]);
  });

  it('finds none that were meant for another process, or for nobody', () => {
    expect(activatedSockets({ LISTEN_PID: '1', LISTEN_FDS: '1' })).toEqual([]);
    expect(activatedSockets({ LISTEN_FDS: '1' })).toEqual([]);
    expect(activatedSockets()).toEqual([]);
  });

  it.each([
    [{ LISTEN_PID }, "LISTEN_FDS is ''"],
    [{ LISTEN_PID, LISTEN_FDS: '-1' }, "LISTEN_FDS is '-1'"],
    [{ LISTEN_PID, LISTEN_FDS: '1e9' }, "LISTEN_FDS is '1e9'"],
    [{ LISTEN_PID, LISTEN_FDS: '99999999999' }, "LISTEN_FDS is '99999999999'"],
    [{ LISTEN_PID, LISTEN_FDS: '2', LISTEN_FDNAMES: 'one' }, 'LISTEN_FDNAMES names 1 of 2 sockets'],
  ])('refuses %o (rule 16)', (environment, message) => {
    expect(() => activatedSockets(environment)).toThrow(message);
    expect(() => activatedSockets(environment)).toThrow('ERR_INVALID_OPTION');
  });

  it('gives one socket for each name, in order', () => {
    const names = fc.array(fc.stringMatching(/^[a-z.-]{0,9}$/u), { minLength: 1, maxLength: 99 });
    fc.assert(
      fc.property(names, (given) => {
        const environment = { LISTEN_PID, LISTEN_FDS: String(given.length), LISTEN_FDNAMES: given.join(':') };
        const sockets = activatedSockets(environment);
        expect(sockets.map(({ name }) => name)).toEqual(given);
        expect(sockets.map(({ fd }) => fd)).toEqual(given.map((_, index) => index + 3));
      }),
    );
  });
});
