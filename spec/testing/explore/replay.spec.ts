import { ExplorationError, replay, type Fault, type ReplayOptions } from '../../../src/testing/index.ts';
import { fragile, sturdy } from './scenarios.ts';

const crash: Fault = { kind: 'crash', at: 5000, lasts: 100, host: 'server', how: 'reset' };

describe('replay', () => {
  it('gives the trace when everything holds, the same each time to the byte', async () => {
    const options = { seed: 3, faults: [crash], network: { jitter: 20, chunking: 'random' } } as const;
    const [one, other] = [await replay(sturdy, options), await replay(sturdy, options)];
    expect(one.toString()).toContain('5000.000 server: crash, reset\n');
    expect(one.toString()).toBe(other.toString());
    const another = await replay(sturdy, { ...options, seed: 4 });
    expect(another.toString()).not.toBe(one.toString());
  });

  it('lets faults of any time come to their end before it is quiet', async () => {
    const late = { ...crash, at: 200_000, lasts: 50_000 };
    const trace = await replay(sturdy, { seed: 1, faults: [late] });
    expect(trace.toString()).toContain('250000.000 server: restart\n');
    expect(trace.events.at(-1)?.at).toBeGreaterThan(360_000);
  });

  it('shows the whole trace when something does not hold', async () => {
    const failing = replay(fragile, { seed: 1, faults: [crash] });
    await expect(failing).rejects.toThrow(ExplorationError);
    await expect(failing).rejects.toThrow('\nThe trace:\n');
    await expect(failing).rejects.toThrow('\nTo run it again, with the same options:\n');
    await expect(failing).rejects.not.toThrow('RXJS_NET_SEED');
    await expect(failing).rejects.toThrow(
      'The faults, as they were given:\n\n     from ms       to ms  fault\n        5000        5100  crash of server, reset\n',
    );
  });

  const wrong = (fields: object): readonly Fault[] => [{ ...crash, ...fields }];
  it.each([
    [wrong({ kind: 'cash' }), 'a fault is of kind cash; there are partition'],
    [wrong({ kind: undefined }), 'a fault is of kind undefined'],
    [wrong({ at: NaN }), 'at of a crash is NaN'],
    [wrong({ at: undefined }), 'at of a crash is missing'],
    [wrong({ lasts: -1 }), 'lasts of a crash is -1'],
    [wrong({ lasts: Infinity }), 'lasts of a crash is Infinity'],
    [wrong({ how: 'loudly' }), 'how is loudly'],
    [wrong({ kind: 'slowReader', bytesPerSecond: -5 }), 'bytesPerSecond is -5'],
    [wrong({ kind: 'dropSyn', count: 0.5 }), 'count is 0.5'],
    [wrong({ kind: 'partition', between: ['server', 'server'] }), 'a partition of server from itself'],
    [wrong({ kind: 'partition', between: undefined }), 'between of a partition is no pair'],
    [wrong({ kind: 'resolution', name: 'server', failure: 'EFAIL' }), 'a resolution is EFAIL'],
    [undefined as unknown as readonly Fault[], 'faults is no list'],
  ])('refuses a fault that cannot happen: %j', async (faults, message) => {
    await expect(replay(sturdy, { seed: 1, faults })).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTION',
      message: expect.stringContaining(message) as string,
    });
  });

  it.each([undefined, NaN, 1.5, 'one'])('refuses %s for a seed', async (seed) => {
    const options = { seed: seed as unknown as number, faults: [] };
    await expect(replay(sturdy, options)).rejects.toMatchObject({ code: 'ERR_INVALID_OPTION' });
    const none = undefined as unknown as ReplayOptions;
    await expect(replay(sturdy, none)).rejects.toMatchObject({ code: 'ERR_INVALID_OPTION' });
  });

  it('refuses a fault of a host that is not there', async () => {
    await expect(replay(fragile, { seed: 1, faults: [{ ...crash, host: 'sever' }] })).rejects.toThrow(
      'a fault names sever',
    );
  });
});
