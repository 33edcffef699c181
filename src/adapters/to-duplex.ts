import { Duplex } from 'node:stream';
import type { Subscription } from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import type { Bytes } from '../connection/outbound.ts';

/**
 * Makes a `stream.Duplex` of a connection, for libraries that want one.
 *
 * ```text
 * received   a----b----|            #
 * duplex     data-data-end          error, close
 * ```
 *
 * ```ts
 * const connection = await openConnection('127.0.0.1:7000');
 * pipeline(createReadStream('in.txt'), toDuplex(connection), createWriteStream('out.txt'), done);
 * ```
 *
 * Back-pressure works both ways: the connection is held while the stream's buffer is full, and a write is called back
 * when the kernel has the bytes. Ending the stream sends FIN; destroying it closes the connection gracefully, and
 * resets it when destroyed with an error.
 *
 * @see The Node manual on `stream.Duplex`
 * @public
 */
export function toDuplex(connection: Connection<Uint8Array, Bytes>): Duplex {
  let reading: Subscription | undefined;
  let held: Subscription | undefined;

  const send = (values: readonly Bytes[], callback: (error?: Error) => void): void => {
    connection.send(values).subscribe({
      error: callback,
      complete: () => {
        callback();
      },
    });
  };
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
        error: (error: unknown) => duplex.destroy(error instanceof Error ? error : new Error(String(error))),
        complete: () => duplex.push(null),
      });
    },
    write: (chunk: Buffer, _encoding, callback) => {
      send([chunk], callback);
    },
    writev: (chunks: { chunk: Buffer }[], callback) => {
      send(
        chunks.map(({ chunk }) => chunk),
        callback,
      );
    },
    final: (callback) => {
      connection.end();
      callback();
    },
    destroy: (error, callback) => {
      reading?.unsubscribe();
      release();
      if (error !== null) connection.abort(error);
      void connection.close().then(() => {
        callback(error);
      });
    },
  });
  connection.closed.subscribe(({ error }) => {
    if (error !== undefined) duplex.destroy(error);
  });
  return duplex;
}
