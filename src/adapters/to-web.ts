import { ReadableStream, WritableStream } from 'node:stream/web';
import type { Connection } from '../connection/connection.ts';
import { HandOver, toError } from './hand-over.ts';

/**
 * The two Web streams of {@link toWeb}.
 *
 * @public
 */
export interface WebStreams<In, Out> {
  readonly readable: ReadableStream<In>;
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
 * ```ts
 * const { readable, writable } = toWeb(await openConnection('127.0.0.1:7000'));
 * await readable.pipeThrough(new TextDecoderStream()).pipeTo(logLines);
 * ```
 *
 * A write settles when there is room for the next one. Closing `writable` sends FIN, aborting it resets the connection;
 * cancelling `readable` pauses reading, and closing stays with whoever owns the connection.
 *
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
  const writes = new HandOver<Out>();
  const sending = connection.send(writes).subscribe({
    error: (error: unknown) => {
      writes.fail(toError(error));
    },
    complete: () => {
      connection.end();
    },
  });
  const writable = new WritableStream<Out>({
    write: (value) =>
      new Promise<void>((resolve, reject) => {
        writes.offer(value, (error) => {
          if (error === undefined) resolve();
          else reject(error);
        });
      }),
    close: () => {
      writes.end();
    },
    abort: (reason: unknown) => {
      sending.unsubscribe();
      connection.abort(reason);
    },
  });
  return { readable, writable };
}
