import { ReadableStream, WritableStream } from 'node:stream/web';
import { Subscription } from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import { HandOver, toError } from './hand-over.ts';

/**
 * The two Web streams of {@link toWeb}.
 *
 * @public
 */
export interface WebStreams<In, Out> {
  /** What the peer sends; nothing is read before it is pulled. */
  readonly readable: ReadableStream<In>;
  /** What is sent to the peer; a write settles when there is room for the next. */
  readonly writable: WritableStream<Out>;
}

/**
 * Makes a pair of Web streams of a connection, for code that is written for `fetch`, browsers or Deno.
 *
 * ```text
 * received   a----b----|            #
 * readable   a    b    close        error      (one read of the connection per pull)
 * ```
 *
 * A write settles when there is room for the next one. Closing `writable` flushes and sends FIN, aborting it resets the connection;
 * cancelling `readable` pauses reading, and closing stays with whoever owns the connection.
 *
 * @example
 * ```ts
 * import { openConnection, toWeb } from 'rxjs-net';
 *
 * const { readable, writable } = toWeb(await openConnection('127.0.0.1:7000'));
 * const writer = writable.getWriter();
 * await writer.write('hello\n');
 * await writer.close();
 * for await (const text of readable.pipeThrough(new TextDecoderStream())) {
 *   console.log(text.trim()); // hello
 * }
 * ```
 * @see The Node manual on the Web Streams API
 * @public
 */
export function toWeb<In, Out>(connection: Connection<In, Out>): WebStreams<In, Out> {
  const values = connection[Symbol.asyncIterator]();
  const readable = new ReadableStream<In>(
    {
      pull: async (controller) => {
        const { done, value } = await values.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      cancel: async () => {
        await values.return?.();
      },
    },
    // Nothing is read before somebody asks for it.
    { highWaterMark: 0 },
  );
  return { readable, writable: toWritable(connection) };
}

function toWritable<Out>(connection: Connection<unknown, Out>): WritableStream<Out> {
  const writes = new HandOver<Out>();
  let sending = Subscription.EMPTY;
  let closing: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined;
  return new WritableStream<Out>({
    start: (controller) => {
      sending = connection.send(writes).subscribe({
        error: (error: unknown) => {
          writes.fail(toError(error));
          closing?.reject(error);
          controller.error(error);
        },
        complete: () => {
          connection.end();
          closing?.resolve();
        },
      });
      // The sink's own `abort` would only be called after a write that waits for the peer. (Missing in the types.)
      const { signal } = controller as typeof controller & { readonly signal: AbortSignal };
      signal.addEventListener('abort', () => {
        sending.unsubscribe();
        connection.abort(signal.reason);
        writes.fail(toError(signal.reason));
      });
    },
    write: (value) =>
      new Promise<void>((resolve, reject) => {
        writes.offer(value, (error) => {
          if (error === undefined) resolve();
          else reject(error);
        });
      }),
    close: () =>
      new Promise<void>((resolve, reject) => {
        closing = { resolve, reject };
        writes.end();
      }),
  });
}
