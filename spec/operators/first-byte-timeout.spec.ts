import { firstValueFrom, switchMap, VirtualTimeScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { firstByteTimeout, type CloseSummary, type Traffic, type Watchable } from '../../src/index.ts';
import { closeOf, dialRaw, startServer } from '../loopback.ts';
import { record, settled } from '../wire.ts';

const read: Traffic = { bytesRead: 1, bytesWritten: 0 };
const written: Traffic = { bytesRead: 0, bytesWritten: 1 };
const closed = {} as CloseSummary;

describe('firstByteTimeout', () => {
  it('aborts who says nothing in time, whatever it is told, and nobody else', () => {
    const scheduler = new TestScheduler((actual, expected) => {
      expect(actual).toEqual(expected);
    });
    scheduler.run(({ cold, hot, expectObservable }) => {
      const aborted: string[] = [];
      const reasons: unknown[] = [];
      const connection = (name: string, traffic: string, closing = '-'): Watchable => ({
        remote: 'unix:',
        traffic: cold(traffic, { r: read, w: written }),
        closed: cold(closing, { c: closed }),
        abort: (reason) => {
          reasons.push(reason);
          aborted.push(`${scheduler.now()} ${name} ${String(Reflect.get(Object(reason) as object, 'code'))}`);
        },
      });
      const a = connection('a', 'w-w-w-w-w');
      const b = connection('b', 'w---r----');
      const c = connection('c', 'w--------', '--(c|)');
      const d = connection('d', 'w------r-');
      expectObservable(hot('abcd', { a, b, c, d }).pipe(firstByteTimeout(5, scheduler))).toBe('abcd', {
        a,
        b,
        c,
        d,
      });
      scheduler.flush();
      expect(aborted).toEqual(['5 a ERR_FIRST_BYTE_TIMEOUT', '8 d ERR_FIRST_BYTE_TIMEOUT']);
      expect(reasons[0]).toMatchObject({
        phase: 'read',
        endpoint: 'unix:',
        detail: 'nothing was received within 5 ms',
      });
    });
  });

  it('resets a peer that is silent for 30 seconds, in virtual time, on a real connection (rule 18)', async () => {
    const scheduler = new VirtualTimeScheduler();
    const { server } = await startServer();
    const connections = server.connections.pipe(firstByteTimeout(undefined, scheduler));
    const { log } = record(connections.pipe(switchMap(({ received }) => received)));
    const peer = await dialRaw(server.endpoint);
    await settled();
    scheduler.maxFrames = 29_999;
    scheduler.flush();
    await settled();
    expect(log).toEqual([]);
    scheduler.maxFrames = 30_000;
    scheduler.flush();
    expect((await closeOf(peer)).error).toBe('ECONNRESET');
    expect(log).toEqual(['ERR_FIRST_BYTE_TIMEOUT']);
  });

  it('waits for ever when it is Infinity, and refuses what is no time', async () => {
    const scheduler = new VirtualTimeScheduler();
    const { server } = await startServer();
    const connection = firstValueFrom(server.connections.pipe(firstByteTimeout(Infinity, scheduler)));
    await dialRaw(server.endpoint);
    await connection;
    expect(scheduler.actions).toEqual([]);
    expect(() => firstByteTimeout(-1)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_OPTION',
        detail: expect.stringContaining('firstByteTimeout is -1'),
      }),
    );
  });
});
