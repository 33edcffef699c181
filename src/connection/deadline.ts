import { NEVER, timer, type Observable, type SchedulerLike } from 'rxjs';

/**
 * Emits once after a time on the scheduler, and never for `Infinity`, which a timer of the platform would take for 1 ms.
 *
 * ```text
 * deadline(3)         ---(0|)
 * deadline(Infinity)  -
 * ```
 */
export function deadline(milliseconds: number, scheduler: SchedulerLike): Observable<unknown> {
  return milliseconds === Infinity ? NEVER : timer(milliseconds, scheduler);
}
