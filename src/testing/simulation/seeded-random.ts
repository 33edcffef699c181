/** Numbers from 0 up to 1, the same ones for the same seed on every machine. */
export type Random = () => number;

/**
 * The generator mulberry32: 32 bits of state, which is enough for choosing delays and faults, and not for secrets.
 *
 * A string of seeds that follow each other gives unlike streams, because the seed is mixed before its first use.
 */
export function seededRandom(seed: number): Random {
  let state = Math.imul(seed ^ (seed >>> 16), 0x85ebca6b) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
