import { catchError, filter, map, of, takeWhile, type Observable } from 'rxjs';
import { TransportError, type Connection, type TransportErrorCode } from 'rxjs-net';
import { wordOf } from './arguments.ts';
import { execute } from './commands.ts';
import { invalid } from './resp-errors.ts';
import { RespError, type Command, type RespValue } from './resp-value.ts';
import type { Store } from './store.ts';

const NO_RESP: ReadonlySet<TransportErrorCode> = new Set(['ERR_INVALID_FRAME', 'ERR_FRAME_TOO_LONG']);

/**
 * What `serve(redisHandler(store))` does with each connection: an answer for each command, in their order, so that a client may
 * say many before it reads.
 *
 * ```text
 * received    [SET a 1] [GET a] ------ [QUIT]          ------ [NO] ---- #
 * answers     'OK'      '1'     ------ 'OK'|           ------ -ERR ---- -ERR|    (FIN)
 * ```
 */
export function redisHandler(
  store: Store,
): (connection: Pick<Connection<RespValue, RespValue>, 'received'>) => Observable<RespValue> {
  return ({ received }) =>
    received.pipe(
      map(commandOf),
      // An empty line, or an empty array, is no question.
      filter((command) => command.length > 0),
      takeWhile(([name]) => wordOf(name) !== 'QUIT', true),
      map((command) => execute(command, store)),
      catchError(lastWord),
    );
}

function commandOf(value: RespValue): Command {
  if (Array.isArray(value) && value.every((word) => Buffer.isBuffer(word))) return value;
  throw invalid('expected an array of bulk strings');
}

/** Who does not speak the protocol is told so: a connection of messages stays open for as long as somebody sends on it. */
function lastWord(error: unknown): Observable<RespValue> {
  const said = TransportError.is(error) && NO_RESP.has(error.code) ? error.detail : undefined;
  if (said === undefined) throw error;
  return of(new RespError(`ERR Protocol error: ${said}`));
}
