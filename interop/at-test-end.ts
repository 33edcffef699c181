type CleanUp = () => unknown;

const cleanUps: CleanUp[] = [];

/** Registers what gives back what a test took; it runs when the test ends, however it ends, the latest first. */
export function atTestEnd(cleanUp: CleanUp): void {
  cleanUps.push(cleanUp);
}

afterEach(async () => {
  const failures: unknown[] = [];
  for (let cleanUp = cleanUps.pop(); cleanUp !== undefined; cleanUp = cleanUps.pop()) {
    try {
      await cleanUp();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('\n'));
});
