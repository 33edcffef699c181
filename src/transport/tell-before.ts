import { Observable, type MonoTypeOperatorFunction } from 'rxjs';

/**
 * Tells somebody of each value before it is passed on. Who is told may unsubscribe: then nobody would get the value, and it is released.
 *
 * ```text
 * source          ---a---
 * tell               a
 * passed on       ---a---    or released, when `tell` has unsubscribed
 * ```
 */
export function tellBefore<T>(
  tell: (value: T) => void,
  release: (value: T) => void,
): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable((subscriber) => {
      const subscription = source.subscribe({
        next: (value) => {
          tell(value);
          if (subscriber.closed) release(value);
          else subscriber.next(value);
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          subscriber.complete();
        },
      });
      subscriber.add(subscription);
    });
}
