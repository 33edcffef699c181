import { map, type MonoTypeOperatorFunction, Subject } from 'rxjs';
import type { CloseSummary, Connection } from '../../connection/connection.ts';
import { describeValue } from './describe-value.ts';
import { TappedConnection, type Tap } from './tapped-connection.ts';
import { readWiretapOptions, type WiretapOptions } from './wiretap-options.ts';

/**
 * Tells a logger of all that goes through each connection, both ways, and changes nothing of it.
 *
 * ```text
 * connections           --c----------------
 * received by c             a-----|
 * sent by c                   b
 * wiretap(log)          --c----------------
 * log                     o-a-b---e--x         opened, received, sent, the end, closed
 * ```
 *
 * Lines of the log, of a connection that has the id 7:
 *
 * ```text
 * 7 127.0.0.1:50312 opened, at 127.0.0.1:7000
 * 7 127.0.0.1:50312 received 9 B
 * 00000000  7b 22 69 64 22 3a 31 7d  0a                       |{"id":1}.|
 * ```
 *
 * In front of `framed` it tells of bytes, behind it of messages. Values are told of when they are handed over: what is sent may still wait
 * for the peer. It costs a copy and a text for each value, so it is for looking, and not for production.
 *
 * What the logger or `redact` throws is reported by RxJS as an error that nobody handles; the connection goes on.
 *
 * @param log - takes a text, which has several lines where it shows a dump
 * @param options - what is shown
 * @throws TransportError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { listen, serve, wiretap } from 'rxjs-net';
 *
 * listen('127.0.0.1:7000')
 *   .pipe(
 *     wiretap((text) => {
 *       console.log(text);
 *     }),
 *     serve((connection) => connection.received),
 *   )
 *   .subscribe();
 * ```
 * @see The RxJS documentation on `config.onUnhandledError`
 * @public
 */
export function wiretap<In, Out>(
  log: (text: string) => void,
  options: WiretapOptions<In | Out> = {},
): MonoTypeOperatorFunction<Connection<In, Out>> {
  const settings = readWiretapOptions(options);
  const { redact = (value: In | Out): unknown => value } = options;
  return map((connection) => {
    // A subscriber of its own: what it throws is nobody else's.
    const entries = new Subject<() => string>();
    entries.subscribe((entry) => {
      log(`${connection.id} ${connection.remote} ${entry()}`);
    });
    const told: Tap<In | Out> = {
      value: (direction, value) => {
        entries.next(() => `${direction} ${describeValue(redact(value, direction), settings)}`);
      },
      event: (text) => {
        entries.next(() => text);
      },
    };
    told.event(`opened, at ${connection.local}`);
    connection.closed.subscribe((summary) => {
      told.event(describeEnd(summary));
    });
    return new TappedConnection(connection, told);
  });
}

function describeEnd({ bytesRead, bytesWritten, duration, error }: CloseSummary): string {
  const how = error === undefined ? 'closed' : `lost: ${error.message};`;
  return `${how} after ${Math.round(duration)} ms, ${bytesRead} B received, ${bytesWritten} B sent`;
}
