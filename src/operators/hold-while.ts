import {
  distinctUntilChanged,
  finalize,
  from,
  Subscription,
  using,
  type Observable,
  type ObservableInput,
} from 'rxjs';

/**
 * The part of a connection that {@link holdWhile} needs.
 *
 * @public
 */
export interface Holdable<T> {
  /** See {@link Connection.received}. */
  readonly received: Observable<T>;
  /** See {@link Connection.hold}. */
  hold(): Subscription;
}

/**
 * What a connection receives, read only while `busy` is not true: back-pressure from anything that can be busy.
 *
 * ```text
 * peer sends             a-b-cd------e|
 * busy                   ft----f-------     (t: true, f: false)
 * holdWhile(peer, busy)  a-----(bcd)-e|     b to d wait in the kernel, and with them the peer
 * ```
 *
 * A proxy is two of them: each side reads only as fast as the other side takes.
 *
 * An error of `busy` ends the holding and nothing else. Errors: those of `connection.received`.
 *
 * @param connection - whose `received` is read
 * @param busy - true to stop reading, false to go on
 * @example
 * ```ts
 * import { connect, holdWhile, listen, type Connection } from 'rxjs-net';
 * import { merge, mergeMap, tap } from 'rxjs';
 *
 * // A proxy passes the end of either side on: so both stay open until it does.
 * const options = { allowHalfOpen: true };
 *
 * const forward = (source: Connection, target: Connection) =>
 *   target.send(holdWhile(source, target.congested)).pipe(tap({ complete: () => target.end() }));
 *
 * listen('127.0.0.1:7000', options)
 *   .pipe(
 *     mergeMap((client) =>
 *       connect('127.0.0.1:7001', options).pipe(
 *         mergeMap((server) => merge(forward(client, server), forward(server, client))),
 *       ),
 *     ),
 *   )
 *   .subscribe();
 * ```
 * @public
 */
export function holdWhile<T>(connection: Holdable<T>, busy: ObservableInput<boolean>): Observable<T> {
  return using(
    () => holdOn(connection, busy),
    () => connection.received,
  );
}

/** Holds a connection for as long as `busy` says so and the Subscription lives. */
export function holdOn(
  connection: Pick<Holdable<unknown>, 'hold'>,
  busy: ObservableInput<boolean>,
): Subscription {
  let held: Subscription | undefined;
  const release = (): void => {
    // Cleared before, because what is delivered at the release may make us hold again.
    const released = held;
    held = undefined;
    released?.unsubscribe();
  };
  return from(busy)
    .pipe(distinctUntilChanged(), finalize(release))
    .subscribe({
      next: (isBusy) => {
        if (isBusy) held = connection.hold();
        else release();
      },
      error: release,
    });
}
