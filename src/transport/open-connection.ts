import { firstValueFrom } from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import type { ConnectOptions } from './connect-options.ts';
import { dialConnection } from './connect.ts';

/**
 * Dials an endpoint once, for code that awaits: the connection stays open until you close it.
 *
 * ```text
 * openConnection     ---C             a Promise: C is open, and stays so until you close it
 *                    ---#             it could not be made
 * C.closed              ------(s|)    after close(), abort(), or what the peer or the network does
 * ```
 *
 * It rejects with the same errors as {@link connect}; `signal` cancels the attempt.
 *
 * @example
 * ```ts
 * import { openConnection } from 'rxjs-net';
 *
 * await using connection = await openConnection('127.0.0.1:7000');
 * connection.write('hello\n');
 * connection.end();
 * for await (const chunk of connection) {
 *   console.log(chunk.toString().trim()); // hello
 * }
 * ```
 * @public
 */
export function openConnection(endpoint: string, options: ConnectOptions = {}): Promise<Connection> {
  return firstValueFrom(dialConnection(endpoint, options));
}
