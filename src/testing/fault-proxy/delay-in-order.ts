import {
  concat,
  concatMap,
  defer,
  from,
  map,
  of,
  type MonoTypeOperatorFunction,
  type SchedulerLike,
} from 'rxjs';
import { deadline } from '../../connection/deadline.ts';

/**
 * Each value, and the end, comes later by a time of its own, and none overtakes another.
 *
 * ```text
 * source                       a-b---c--|
 * delays                       4 1   1  2
 * delayInOrder                 ----(ab)c--(|)       b waits for a
 * ```
 *
 * RxJS' `delayWhen` lets a value with a short delay overtake one with a long delay, and leaves the end where it was. An error is
 * not delayed, and what was on its way is lost.
 */
export function delayInOrder<T>(
  delayOf: () => number,
  scheduler: SchedulerLike,
): MonoTypeOperatorFunction<T> {
  const sent = (values: readonly T[]): { values: readonly T[]; delay: number; due: number } => {
    const delay = delayOf();
    return { values, delay, due: scheduler.now() + delay };
  };
  return (source) => {
    const values = source.pipe(map((value) => sent([value])));
    const end = defer(() => of(sent([])));
    return concat(values, end).pipe(
      concatMap(({ values: arriving, delay, due }) => {
        // Never more than the delay: the clock of a scheduler may be the wall clock, which somebody may set back.
        const left = Math.min(due - scheduler.now(), delay);
        return left > 0 ? deadline(left, scheduler).pipe(concatMap(() => arriving)) : from(arriving);
      }),
    );
  };
}
