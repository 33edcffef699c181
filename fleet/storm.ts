/** How often something happened in each part of a span. */
export function countPer(
  moments: readonly number[],
  bin: number,
  { from, to }: { readonly from: number; readonly to: number },
): number[] {
  const counts = new Array<number>(Math.ceil((to - from) / bin)).fill(0);
  for (const at of moments) {
    if (at < from || at >= to) continue;
    const index = Math.floor((at - from) / bin);
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}

/** The most that happened in any such part. */
export function peakPer(...span: Parameters<typeof countPer>): number {
  return countPer(...span).reduce((most, count) => Math.max(most, count), 0);
}
