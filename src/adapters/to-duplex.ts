import { Duplex } from 'node:stream';
import type { Subscription } from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import type { Bytes } from '../framing/bytes.ts';
import { HandOver, toError } from './hand-over.ts';

/**
 * Makes a `stream.Duplex` of a connection, for libraries that want one.
 *
 * ```text
 * received   a----b----|            #
 * duplex     data-data-end          error, close
 * ```
 *
 * Back-pressure works both ways: the connection is held while the stream's buffer is full, and a write is called back
 * when there is room for the next one. Ending the stream sends FIN; destroying it closes the connection gracefully, and
 * resets it when destroyed with an error.
 *
 * @example
 * ```ts
 * import { pipeline } from 'node:stream/promises';
 * import { openConnection, toDuplex } from 'rxjs-net';
 *
 * const connection = await openConnection('127.0.0.1:7000');
 * await pipeline(['hello\n'], toDuplex(connection), async (chunks) => {
 *   for await (const chunk of chunks) {
 *     console.log(String(chunk).trim()); // hello
 *   }
 * });
 * ```
 * @see The Node manual on `stream.Duplex`
 * @public
 */
export function toDuplex(connection: Connection<Uint8Array, Bytes>): Duplex {
  let reading: Subscription | undefined;
  let held: Subscription | undefined;
  let flushed: ((error?: Error) => void) | undefined;
  const writes = new HandOver<Bytes>();
  const release = (): void => {
    held?.unsubscribe();
    held = undefined;
  };

  const duplex = new Duplex({
    read: () => {
      release();
      reading ??= connection.received.subscribe({
        next: (chunk) => {
          if (!duplex.push(chunk)) held ??= connection.hold();
        },
        error: (error: unknown) => duplex.destroy(toError(error)),
        complete: () => duplex.push(null),
      });
    },
    write: (chunk: Buffer, _encoding, callback) => {
      writes.offer(chunk, callback);
    },
    final: (callback) => {
      flushed = callback;
      writes.end();
      if (sending.closed) callback();
    },
    destroy: (error, callback) => {
      reading?.unsubscribe();
      sending.unsubscribe();
      release();
      if (error !== null) connection.abort(error);
      void connection.close().then(() => {
        callback(error);
      });
    },
  });
  const sending = connection.send(writes).subscribe({
    // A loss destroys the stream by way of `closed`. That one side has ended is no failure of the other: whoever reads gets
    // all that was received before a write fails, which would destroy the stream.
    error: (error: unknown) => {
      const fail = (): void => {
        writes.fail(toError(error));
      };
      if (reading === undefined || duplex.readableEnded) fail();
      else duplex.once('end', fail);
      flushed?.();
    },
    complete: () => {
      connection.end();
      flushed?.();
    },
  });
  connection.closed.subscribe(({ error }) => {
    if (error !== undefined) duplex.destroy(error);
  });
  return duplex;
}
