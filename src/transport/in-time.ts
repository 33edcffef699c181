import { throwError, timeout, type Observable, type SchedulerLike } from 'rxjs';
import type { TransportError } from '../errors/transport-error.ts';

/**
 * The same attempt, which errs when its first value does not come in time; the attempt is unsubscribed then.
 *
 * ```text
 * attempt                 ------a      ---a--
 * inTime(attempt, 4 …)    ----#        ---a--
 * ```
 */
export function inTime<T>(
  attempt: Observable<T>,
  milliseconds: number,
  scheduler: SchedulerLike,
  late: () => TransportError,
): Observable<T> {
  // A timer of the platform takes Infinity for 1 ms.
  if (milliseconds === Infinity) return attempt;
  return attempt.pipe(timeout({ first: milliseconds, scheduler, with: () => throwError(() => late()) }));
}
