import { defer, tap, type Observable } from 'rxjs';
import type { DiagnosticsChannel } from '../connection/connection-channels.ts';
import { tellBefore } from './tell-before.ts';

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
  /** What becomes of a value that nobody waits for any more, since it was told. */
  readonly release: (value: T) => void;
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
  { started, ended, begin, end, release }: Telling<T, Begun, Ended>,
): Observable<T> {
  if (!started.hasSubscribers && !ended.hasSubscribers) return source;
  return defer(() => {
    const begun = begin();
    let isOver = false;
    const tellEnd = (outcome: Outcome<T>): void => {
      if (isOver) return;
      // First: who is told may unsubscribe.
      isOver = true;
      ended.publish(end(begun, outcome));
    };
    started.publish(begun);
    return source.pipe(
      tap({
        error: (error: unknown) => {
          tellEnd({ error });
        },
        // It may also be whoever got the value.
        unsubscribe: () => {
          tellEnd({});
        },
      }),
      tellBefore((value) => {
        tellEnd({ value });
      }, release),
    );
  });
}
