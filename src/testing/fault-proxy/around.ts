import type { Random } from '../simulation/seeded-random.ts';

/** A whole number between `middle - spread` and `middle + spread`, and not below `least`. */
export function around(random: Random, middle: number, spread: number, least: number): number {
  if (spread === 0) return middle;
  return Math.max(least, Math.round(middle + spread * (2 * random() - 1)));
}
