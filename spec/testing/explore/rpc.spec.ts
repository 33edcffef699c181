import { explore, ExplorationError, replay, type ExploreOptions } from 'rxjs-net/testing';
import { bugs } from '../../../examples/simulated-rpc/bugs.ts';
import { payments } from '../../../examples/simulated-rpc/scenario.ts';

// The package as its users have it, because that is what the example imports.
const OPTIONS: ExploreOptions = {
  seeds: 200,
  duration: 30_000,
  faults: { crash: ['server'] },
  network: { latency: 10, jitter: 10 },
};

async function failureOf(
  bug: keyof typeof bugs,
  options: ExploreOptions = OPTIONS,
): Promise<ExplorationError> {
  const found: unknown = await explore(payments(bugs[bug]), options).catch((error: unknown) => error);
  if (found instanceof ExplorationError) return found;
  throw new Error(`${bug} was not found`, { cause: found });
}

describe('the client of examples/simulated-rpc', () => {
  it('keeps what it promises in 200 networks, whatever happens', async () => {
    const tried = await explore(payments(), OPTIONS);
    expect(tried.runs).toBe(200);
    for (const count of Object.values(tried.faults)) expect(count).toBeGreaterThan(80);
    // It had to dial again.
    expect(tried.connections).toBeGreaterThan(280);
  });

  it.each(['givesUp', 'paysTwice', 'hangs'] as const)(
    'passes a test that kills the server between two requests, though it %s',
    async (bug) => {
      const crash = { kind: 'crash', at: 5400, lasts: 50, host: 'server', how: 'reset' } as const;
      const trace = await replay(payments(bugs[bug]), { ...OPTIONS, seed: 1, faults: [crash] });
      expect(trace.toString()).toContain('client ▶ server: #2 ');
    },
  );

  it('is not dialled again after a partition, with the first bug', async () => {
    const found = await failureOf('givesUp', { ...OPTIONS, faults: ['partition'] });
    expect(found.violation.invariant).toBe('each payment is confirmed');
    expect(found.faults.map(({ kind }) => kind)).toEqual(['partition']);
    expect(found.message).toContain('■ gives up: ');
  });

  it.each([
    ['givesUp', 'each payment is confirmed'],
    ['paysTwice', 'no payment is made twice'],
    ['hangs', 'the client comes to an end'],
  ] as const)('is found out within 200 seeds when it %s, by one fault', async (bug, invariant) => {
    const { seed, faults, violation } = await failureOf(bug);
    expect([violation.invariant, faults.length]).toEqual([invariant, 1]);
    expect(seed).toBeLessThanOrEqual(200);
    // The fault is to blame, and the bug is: without either, all is well.
    await replay(payments(bugs[bug]), { ...OPTIONS, seed, faults: [] });
    await replay(payments(), { ...OPTIONS, seed, faults });
  });
});
