import { TransportError } from '../../src/index.ts';

/** The code of an error of the library; anything else is named so that no scenario expects it. */
export function codeOf(error: unknown): string {
  return TransportError.is(error) ? error.code : `no TransportError: ${String(error)}`;
}

/** How often each code has come. */
export type Counts = Readonly<Record<string, number>>;

export function count(counts: Record<string, number>, code: string): void {
  counts[code] = (counts[code] ?? 0) + 1;
}

export function sumOf(all: readonly Counts[]): Counts {
  const sum: Record<string, number> = {};
  for (const counts of all) {
    for (const [code, times] of Object.entries(counts)) sum[code] = (sum[code] ?? 0) + times;
  }
  return sum;
}
