/** Numbers from 0 up to 1 that a seed decides: the same seed, the same numbers (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number between `middle - spread` and `middle + spread`, and not below `least`. */
export function around(random: () => number, middle: number, spread: number, least: number): number {
  if (spread === 0) return middle;
  return Math.max(least, Math.round(middle + spread * (2 * random() - 1)));
}
