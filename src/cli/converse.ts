import type { Duplex, Readable } from 'node:stream';
import {
  catchError,
  concat,
  defer,
  EMPTY,
  ignoreElements,
  merge,
  mergeMap,
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
import { Interrupted } from './interrupted.ts';
import type { MessageMode } from './message-mode.ts';
import type { OutputSink } from './output-sink.ts';

const HALF =
  'stopped before standard input was at its end: the connection was reset, as the peer has not got all of it';

/** What {@link converse} talks with, besides the connection. */
export interface Conversation {
  readonly stdin: Readable;
  readonly output: OutputSink;
  /** Whether the end of standard input is ours: FIN. If not, the connection stays until the peer ends it. */
  readonly endsWithInput: boolean;
  /** Whether standard input is a terminal: it ends where the person at it says so, and is whole there. */
  readonly isTyped: boolean;
  /** Ends our side, behind what was read to its end; what the peer still says is heard. */
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
 * A failure of standard input or output resets the connection, for what was cut off must not look whole; and so does `stop` in the
 * middle of what is not typed. That the connection is lost is not said here, but by its `closed`: what came before that is written
 * first.
 */
export function converse<In, Out>(
  connection: Connection,
  mode: MessageMode<In, Out>,
  { stdin, output, endsWithInput, isTyped, stop }: Conversation,
): Observable<never> {
  const messages = mode.over(connection);
  let isSaid = false;
  let isStopped = false;
  const end = defer(() => {
    isSaid = true;
    if (endsWithInput || isStopped) connection.end();
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
  const stopping = stop.pipe(
    mergeMap(() => {
      isStopped = true;
      const isHalf = !isSaid && !stdin.readableEnded && stdin.readableDidRead;
      if (isHalf && endsWithInput && !isTyped) return throwError(() => new Interrupted(HALF));
      // What was read to its end is sent to its end.
      if (isSaid || !stdin.readableEnded) connection.end();
      return EMPTY;
    }),
  );
  const talking = merge(concat(said, end), concat(heard, output.flushed)).pipe(
    takeUntil(merge(stopping, output.failed)),
  );
  return talking.pipe(
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
