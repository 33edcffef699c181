import { ExplorationError, replay, type Fault } from '../../../src/testing/index.ts';
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
    await expect(failing).rejects.toThrow(
      'The faults, as they were given:\n\n     from ms       to ms  fault\n        5000        5100  crash of server, reset\n',
    );
  });

  it('refuses a fault of a host that is not there', async () => {
    await expect(replay(fragile, { seed: 1, faults: [{ ...crash, host: 'sever' }] })).rejects.toThrow(
      'a fault names sever',
    );
  });
});
