import { firstValueFrom } from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import type { ConnectOptions } from './connect-options.ts';
import { dialConnection } from './connect.ts';

/**
 * Dials an endpoint once, for code that awaits: the connection stays open until you close it.
 *
 * ```ts
 * await using connection = await openConnection('127.0.0.1:7000');
 * connection.write('hello\n');
 * for await (const chunk of connection) console.log(chunk.toString());
 * ```
 *
 * It rejects with the same errors as {@link connect}; `signal` cancels the attempt.
 *
 * @public
 */
export function openConnection(endpoint: string, options: ConnectOptions = {}): Promise<Connection> {
  return firstValueFrom(dialConnection(endpoint, options));
}
