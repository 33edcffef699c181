import {
  defer,
  finalize,
  from,
  mergeMap,
  tap,
  type Observable,
  type ObservableInput,
  type Subscription,
} from 'rxjs';
import { quantityOption } from '../errors/option-range.ts';
import type { Holdable } from './hold-while.ts';

/**
 * RxJS' `mergeMap` over what a connection receives, which reads no more messages than it works on.
 *
 * ```text
 * peer sends                               abcd|
 * reading is held                          ft------f---     (t: true, f: false)
 * project(x)                               ---X|            each takes four frames
 * boundedMergeMap(connection, project, 2)  ---AB--CD|       c is read when a is done
 * ```
 *
 * A slow handler so becomes a slow reader, and a slow reader slows its peer down: nothing is queued but what TCP and the
 * window of the connection hold (up to 256 KiB).
 *
 * Results come in the order in which they are ready, as with `mergeMap`; with a concurrency of 1, in the order of the
 * messages, as with `concatMap`. Errors: those of `connection.received`, and of `project`.
 *
 * @param connection - whose `received` is read, and held while all places are taken
 * @param project - the work on one message; its place is free when the inner Observable completes
 * @param concurrent - how many messages are worked on at a time, at least 1
 * @throws TransportError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { boundedMergeMap, framed, jsonLines, listen, serve } from 'rxjs-net';
 * import { map, timer } from 'rxjs';
 *
 * const handle = (text: string) => timer(10).pipe(map(() => text.toUpperCase()));
 *
 * listen('127.0.0.1:7000')
 *   .pipe(
 *     framed(jsonLines<string, string>()),
 *     serve((connection) => boundedMergeMap(connection, handle, 16)),
 *   )
 *   .subscribe();
 * ```
 * @public
 */
export function boundedMergeMap<In, Result>(
  connection: Holdable<In>,
  project: (message: In, index: number) => ObservableInput<Result>,
  concurrent: number,
): Observable<Result> {
  const places = quantityOption('concurrent', concurrent, Infinity, 1);
  return defer(() => {
    let taken = 0;
    let held: Subscription | undefined;
    const release = (): void => {
      // Cleared before, because the next message may come, and hold again, while this is released.
      const released = held;
      held = undefined;
      released?.unsubscribe();
    };
    // Counted as they come and not as their work begins: mergeMap would queue what comes in between.
    const take = (): void => {
      taken += 1;
      if (taken >= places) held ??= connection.hold();
    };
    const free = (): void => {
      taken -= 1;
      if (taken < places) release();
    };
    return connection.received.pipe(
      tap(take),
      mergeMap((message, index) => from(project(message, index)).pipe(finalize(free)), places),
      finalize(release),
    );
  });
}
