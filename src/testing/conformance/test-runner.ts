/**
 * Registers one test of a runner.
 *
 * @public
 */
export type RegisterTest = (name: string, body: () => Promise<void>) => unknown;

/**
 * What the suite needs of a test runner: `describe` and `it` of jest, vitest, mocha or `node:test`.
 *
 * @public
 */
export interface TestRunner {
  /** Groups tests. */
  readonly describe: (name: string, body: () => void) => unknown;
  /** Registers a test. Without `skip`, a case that does not apply is left out. */
  readonly it: RegisterTest & {
    /** Registers a test that is not run. */
    readonly skip?: RegisterTest;
  };
}

/** The runner whose functions are global: jest, mocha, and vitest with `globals`. */
export function globalRunner(): TestRunner {
  const describe: unknown = Reflect.get(globalThis, 'describe');
  const it: unknown = Reflect.get(globalThis, 'it');
  if (typeof describe === 'function' && typeof it === 'function') return { describe, it } as TestRunner;
  throw new Error('there are no global describe and it: give them as { runner: { describe, it } }');
}
