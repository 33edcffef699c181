import { defer, tap, type Observable } from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import type { EndpointParts } from '../endpoint/endpoint.ts';
import { formatEndpoint } from '../endpoint/format-endpoint.ts';
import { connectEnded, connectStarted, type ConnectEnded } from './transport-channels.ts';

/**
 * Tells the diagnostics channels when a dial begins and what becomes of it.
 *
 * ```text
 * start ──▶ a connection, an error, or unsubscribed ──▶ end, once
 * ```
 */
export function tellOfDial<C extends Connection>(dial: Observable<C>, target: EndpointParts): Observable<C> {
  if (!connectStarted.hasSubscribers && !connectEnded.hasSubscribers) return dial;
  return defer(() => {
    const attempt = { endpoint: formatEndpoint(target) };
    let isOver = false;
    const end = (outcome: Omit<ConnectEnded, 'attempt'>): void => {
      if (!isOver) connectEnded.publish({ attempt, ...outcome });
      isOver = true;
    };
    connectStarted.publish(attempt);
    return dial.pipe(
      tap({
        next: (connection) => {
          end({ connection });
        },
        error: (error: unknown) => {
          end({ error });
        },
        // It may also be whoever got the connection.
        unsubscribe: () => {
          end({});
        },
      }),
    );
  });
}
