// Everything that a spec opens is closed after it, whatever its outcome.
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export function afterThisSpec(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}
