import { defer, tap, type Observable } from 'rxjs';
import type { DiagnosticsChannel } from '../connection/connection-channels.ts';

/** What came of it: a value, an error, or neither, when nobody waited any more. */
export interface Outcome<T> {
  readonly value?: T;
  readonly error?: unknown;
}

/** Two channels, and what they are told. */
export interface Telling<T, Begun, Ended> {
  readonly started: DiagnosticsChannel<Begun>;
  readonly ended: DiagnosticsChannel<Ended>;
  readonly begin: () => Begun;
  readonly end: (begun: Begun, outcome: Outcome<T>) => Ended;
}

/**
 * Tells the diagnostics channels when something begins that gives one value, and what becomes of it.
 *
 * ```text
 * start ──▶ a value, an error, or unsubscribed ──▶ end, once
 * ```
 */
export function tellOf<T, Begun, Ended>(
  source: Observable<T>,
  { started, ended, begin, end }: Telling<T, Begun, Ended>,
): Observable<T> {
  if (!started.hasSubscribers && !ended.hasSubscribers) return source;
  return defer(() => {
    const begun = begin();
    let isOver = false;
    const tellEnd = (outcome: Outcome<T>): void => {
      if (!isOver) ended.publish(end(begun, outcome));
      isOver = true;
    };
    started.publish(begun);
    return source.pipe(
      tap({
        next: (value) => {
          tellEnd({ value });
        },
        error: (error: unknown) => {
          tellEnd({ error });
        },
        // It may also be whoever got the value.
        unsubscribe: () => {
          tellEnd({});
        },
      }),
    );
  });
}
