import type { Duplex } from 'node:stream';
import { NEVER } from 'rxjs';
import { readConnectionOptions, type ConnectionOptions } from '../connection/connection-options.ts';
import type { Connection } from '../connection/connection.ts';
import { DuplexConnection } from '../connection/duplex-connection.ts';
import { plainTraits } from '../connection/stream-traits.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { TransportError } from '../errors/transport-error.ts';

/**
 * How {@link fromDuplex} names the ends of the stream, besides what every connection can be told.
 *
 * @public
 */
export interface FromDuplexOptions extends ConnectionOptions {
  /** Our end, for logs. Default `unix:`, the unnamed endpoint. */
  readonly local?: Endpoint | undefined;
  /** The peer's end, for logs and errors. Default `unix:`, the unnamed endpoint. */
  readonly remote?: Endpoint | undefined;
}

/**
 * Makes a {@link Connection} of any byte stream: the stdio of a child process, an SSH channel, a TLS socket.
 *
 * ```text
 * duplex     data-data---end           data--error
 * received   a----b------|             a-----#
 * ```
 *
 * The connection owns the stream from here on. Like an accepted one it can answer after the peer's end (rule 12). A
 * stream that is no socket knows no reset: `abort` destroys it.
 *
 * @param duplex - open, in byte mode, and read by nobody else
 * @throws TransportError `ERR_INVALID_OPTION` for a stream of objects, `ERR_CLOSED` for one that has ended
 * @example
 * ```ts
 * import { spawn } from 'node:child_process';
 * import { Duplex } from 'node:stream';
 * import { fromDuplex } from 'rxjs-net';
 *
 * const { stdin: writable, stdout: readable } = spawn('sort');
 * const sort = fromDuplex(Duplex.from({ readable, writable }));
 * sort.write('b\na\n');
 * sort.end();
 * for await (const chunk of sort) {
 *   console.log(JSON.stringify(chunk.toString())); // "a\nb\n"
 * }
 * ```
 * @see The Node manual on `stream.Duplex`
 * @public
 */
export function fromDuplex(duplex: Duplex, options: FromDuplexOptions = {}): Connection {
  const { local = 'unix:', remote = 'unix:' } = options;
  const settings = readConnectionOptions(options);
  if (duplex.readableObjectMode || duplex.writableObjectMode) {
    const detail = 'a stream of objects carries no bytes';
    throw new TransportError('ERR_INVALID_OPTION', { phase: 'parse', endpoint: remote, detail });
  }
  if (duplex.destroyed || duplex.readableEnded || duplex.writableEnded) {
    throw new TransportError('ERR_CLOSED', {
      phase: 'read',
      endpoint: remote,
      detail: 'the stream has ended',
    });
  }
  duplex.pause();
  // Node would end the write side at the peer's end by itself; here `allowHalfOpen` and rule 12 decide.
  duplex.allowHalfOpen = true;
  const profile = { settings, role: 'accepted', draining: NEVER, traits: plainTraits } as const;
  const connection = new DuplexConnection(duplex, local, remote, profile);
  connection.tellOpened();
  return connection;
}
