// Of a condition that does not come about: so long, and so many turns, because this process may have had no processor.
const MILLISECONDS = 1_000;
const TURNS = 500;

/** One turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export async function turns(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await turn();
}

/** Waits for a condition, turn by turn; no time-out of the library passes meanwhile. Tells whether it came about. */
export async function eventually(condition: () => boolean): Promise<boolean> {
  const begun = performance.now();
  for (let count = 0; !condition(); count += 1) {
    if (count > TURNS && performance.now() - begun > MILLISECONDS) return false;
    await turn();
  }
  return true;
}
