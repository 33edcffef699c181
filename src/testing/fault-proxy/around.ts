import { LONGEST_TIMER } from '../../errors/option-range.ts';
import type { Random } from '../simulation/seeded-random.ts';

/** A whole number between `middle - spread` and `middle + spread`, not below `least`, and not more than a timer can wait. */
export function around(random: Random, middle: number, spread: number, least: number): number {
  if (spread === 0) return middle;
  if (middle === Infinity) return middle;
  return Math.min(LONGEST_TIMER, Math.max(least, Math.round(middle + spread * (2 * random() - 1))));
}
