import type { Duplex, Readable } from 'node:stream';
import {
  catchError,
  concat,
  defer,
  EMPTY,
  ignoreElements,
  merge,
  Subscription,
  takeUntil,
  tap,
  throwError,
  using,
  type Observable,
} from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import { TransportError } from '../errors/transport-error.ts';
import { holdWhile } from '../operators/hold-while.ts';
import type { MessageMode } from './message-mode.ts';
import type { OutputSink } from './output-sink.ts';

/** What {@link converse} talks with, besides the connection. */
export interface Conversation {
  readonly stdin: Readable;
  readonly output: OutputSink;
  /** Whether the end of standard input is ours: FIN. If not, the connection stays until the peer ends it. */
  readonly endsWithInput: boolean;
  /** Ends our side: nothing more is taken of standard input, and what the peer still says is heard. */
  readonly stop: Observable<unknown>;
}

/**
 * Standard input goes to the peer, and what the peer says to standard output, each no faster than the other end takes it.
 *
 * ```text
 * stdin      a-b-c|                    pulled: a peer that does not read is not read for either
 * peer             ─ a b c FIN ▶
 *                  ◀ x y z FIN ─
 * stdout               x-y-z(flushed)
 * converse   ------------------|       both are over
 * ```
 *
 * A failure of standard input or output resets the connection, for what was cut off must not look whole. That the connection is lost
 * is not said here, but by its `closed`: what came before that is written first.
 */
export function converse<In, Out>(
  connection: Connection,
  mode: MessageMode<In, Out>,
  { stdin, output, endsWithInput, stop }: Conversation,
): Observable<never> {
  const messages = mode.over(connection);
  const end = defer(() => {
    if (endsWithInput) connection.end();
    return EMPTY;
  });
  const said = defer(() => {
    const pieces = mode.splitter();
    return using(
      () => piping(stdin, pieces),
      () => messages.send(pieces as AsyncIterable<Out>),
    );
  }).pipe(exceptOf(connection));
  const heard = holdWhile(messages, output.full).pipe(
    tap((message) => {
      output.write(mode.print(message, connection));
    }),
    ignoreElements(),
    tap({
      // What is no line: the connection would stay open for as long as there is something to send.
      error: (error: unknown) => {
        connection.abort(error);
      },
    }),
    exceptOf(connection),
  );
  const ending = (): Subscription =>
    stop.subscribe(() => {
      connection.end();
    });
  return using(ending, () =>
    merge(concat(said, end), concat(heard, output.flushed).pipe(takeUntil(output.failed))),
  ).pipe(
    catchError((error: unknown) => {
      connection.abort(error);
      return throwError(() => error);
    }),
  );
}

/** A pipe of Node, which waits for the slowest of those who share standard input. */
function piping(stdin: Readable, pieces: Duplex): Subscription {
  const fail = (error: Error): void => {
    pieces.destroy(error);
  };
  stdin.once('error', fail).pipe(pieces);
  return new Subscription(() => {
    stdin.off('error', fail).unpipe(pieces);
    pieces.destroy();
  });
}

/** Leaves it to `closed` to tell what the connection was lost with. */
function exceptOf({ id }: Connection): (source: Observable<never>) => Observable<never> {
  return catchError((error: unknown) =>
    TransportError.is(error) && error.connectionId === id ? EMPTY : throwError(() => error),
  );
}
