import {
  catchError,
  concat,
  defer,
  EMPTY,
  finalize,
  map,
  mergeMap,
  takeUntil,
  using,
  type Observable,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';
import type { CloseSummary, Connection } from '../connection/connection.ts';
import type { Bytes } from '../framing/bytes.ts';
import { withReceived } from '../connection/with-received.ts';
import { TransportError } from '../errors/transport-error.ts';
import { holdOn } from './hold-while.ts';

/**
 * How {@link serve} treats its connections.
 *
 * @public
 */
export interface ServeOptions {
  /**
   * Whether a drain of the server completes the handler's `received` as if the peer had sent FIN, so that what is in
   * flight is answered and the connection closes. Default true. A protocol with a GOAWAY of its own sets false and acts
   * on `connection.draining`.
   */
  readonly completeOnDrain?: boolean | undefined;
}

/**
 * What became of one connection that was served.
 *
 * @public
 */
export interface ServeOutcome<In = Buffer, Out = Bytes> {
  /** The connection, which is closed. */
  readonly connection: Connection<In, Out>;
  /** What its `closed` has emitted. */
  readonly summary: CloseSummary;
  /** Why it ended early: the handler's failure (`ERR_HANDLER_FAILED`), or what the connection was lost with. */
  readonly error?: TransportError;
}

/**
 * Serves each connection with a function from what it receives to what it answers, and emits one outcome per connection.
 *
 * ```text
 * connections     --a----b------------
 * handler(a)        --x--y|                  sent to a, then a is closed gracefully
 * handler(b)             --x-#               b is reset; a, and the listener, never notice
 * serve(handler)  ---------a'-----b'---      { connection, summary, error? }
 * ```
 *
 * Reading is held while the response is congested, so a peer that does not read is not read from either. The result
 * errors only when its source does. When the server drains, `received` completes at once, as `takeUntil` does: who fires `until` from
 * within an operator of the handler fires it before that value has gone further down, and it gets no answer.
 *
 * @param handler - the response to one connection: an Observable, or an iterable or stream, which is pulled
 * @example
 * ```ts
 * import { listen, serve } from 'rxjs-net';
 * import { map } from 'rxjs';
 *
 * listen('127.0.0.1:7000')
 *   .pipe(serve((connection) => connection.received.pipe(map((chunk) => chunk.toString().toUpperCase()))))
 *   .subscribe(({ connection, error }) => {
 *     if (error !== undefined) console.error(connection.remote, error.message);
 *   });
 * ```
 * @public
 */
export function serve<In, Out>(
  handler: (connection: Connection<In, Out>) => ObservableInput<Out>,
  options: ServeOptions = {},
): OperatorFunction<Connection<In, Out>, ServeOutcome<In, Out>> {
  const { completeOnDrain = true } = options;
  return mergeMap((connection) => {
    const seen = completeOnDrain
      ? withReceived(connection, connection.received.pipe(takeUntil(connection.draining)))
      : connection;
    return serveOne(connection, () => handler(seen));
  });
}

function serveOne<In, Out>(
  connection: Connection<In, Out>,
  respond: () => ObservableInput<Out>,
): Observable<ServeOutcome<In, Out>> {
  return defer(() => {
    let failure: TransportError | undefined;
    const answered = using(
      () => holdOn(connection, connection.congested),
      () => defer(() => connection.send(respond())),
    ).pipe(
      catchError((error: unknown) => {
        failure = toFailure(error, connection);
        // A response that was cut short must not look whole, so the peer gets RST, unless we are ending already.
        if (!endsByItself(failure, connection)) connection.abort(failure);
        return EMPTY;
      }),
    );
    const closed = defer(() => {
      void connection.close();
      return connection.closed;
    });
    return concat(answered, closed).pipe(
      map((summary) => outcomeOf(connection, summary, failure)),
      finalize(() => void connection.close()),
    );
  });
}

function outcomeOf<In, Out>(
  connection: Connection<In, Out>,
  summary: CloseSummary,
  failure: TransportError | undefined,
): ServeOutcome<In, Out> {
  const error = failure ?? summary.error;
  return error === undefined ? { connection, summary } : { connection, summary, error };
}

function toFailure(error: unknown, { remote }: { readonly remote: Connection['remote'] }): TransportError {
  if (TransportError.is(error)) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new TransportError('ERR_HANDLER_FAILED', {
    phase: 'handle',
    endpoint: remote,
    detail,
    cause: error,
  });
}

/** The connection was ended or closed here, or by the peer, while the handler still had something to say. */
function endsByItself({ code, connectionId }: TransportError, { id }: { readonly id: string }): boolean {
  return connectionId === id && (code === 'ERR_CLOSED' || code === 'ERR_PEER_ENDED');
}
