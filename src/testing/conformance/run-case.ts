import type { ConformanceCase } from './conformance-case.ts';
import { ConformanceContext } from './conformance-context.ts';
import type { ConformanceOptions } from './transport-case.ts';
import { windowOf, type TransportUnderTest } from './transport-under-test.ts';

const PATIENCE = 4_000;

/** Runs a case with transports of its own, and ends them. The first failure counts: what follows is its consequence. */
export async function runCase(
  { run }: ConformanceCase,
  makeTransport: () => TransportUnderTest | Promise<TransportUnderTest>,
  { traits = {}, patience = PATIENCE }: ConformanceOptions = {},
): Promise<void> {
  const transports = await makeTransport();
  const context = new ConformanceContext(transports, windowOf(traits), patience);
  const failures: unknown[] = [];
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await (transports.drive === undefined ? work() : transports.drive(work()));
    } catch (error) {
      failures.push(error);
    }
  };
  await attempt(() => run(context));
  await attempt(() => context.dispose());
  await transports.dispose?.();
  if (failures.length > 0) throw failures[0];
}
