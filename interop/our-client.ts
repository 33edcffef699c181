import { concat, defer, EMPTY, merge, switchMap, toArray, type Observable, type ObservableInput } from 'rxjs';
import { connect, openConnection, type Bytes, type ConnectOptions, type Connection } from '../src/index.ts';
import { atTestEnd } from './at-test-end.ts';
import { within } from './within.ts';

const PIECE = 64 * 1024;

/** The data in pieces that are given only when asked for. */
export function* inPieces(data: Buffer): Generator<Buffer> {
  for (let from = 0; from < data.length; from += PIECE) yield data.subarray(from, from + PIECE);
}

/** Dials, and leaves the connection open until the test closes it, or ends. */
export async function openForTest(endpoint: string, options: ConnectOptions = {}): Promise<Connection> {
  const connection = await openConnection(endpoint, options);
  atTestEnd(() => {
    connection.abort();
  });
  return connection;
}

/** Sends all, then FIN. */
export function sendAndEnd(connection: Connection, values: ObservableInput<Bytes>): Observable<never> {
  const end = defer(() => {
    connection.end();
    return EMPTY;
  });
  return concat(connection.send(values), end);
}

/** Everything that was said in a conversation, once it has come to a clean end. */
export async function conversation(chunks: Observable<Buffer>): Promise<Buffer> {
  return Buffer.concat(await within('a clean end of the conversation', chunks.pipe(toArray()), 20_000));
}

/** Dials, sends all and FIN, and resolves with everything that came back until the connection was closed cleanly. */
export function exchange(
  endpoint: string,
  values: ObservableInput<Bytes>,
  options: ConnectOptions = {},
): Promise<Buffer> {
  return conversation(
    connect(endpoint, options).pipe(
      switchMap((connection) => merge(sendAndEnd(connection, values), connection.received)),
    ),
  );
}
