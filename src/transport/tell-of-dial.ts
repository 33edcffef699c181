import { Observable } from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { connectEnded, connectStarted, type ConnectEnded } from './transport-channels.ts';

/**
 * Tells the diagnostics channels when a dial begins and what becomes of it.
 *
 * ```text
 * start ──▶ a connection, an error, or unsubscribed ──▶ end, once
 * ```
 */
export function tellOfDial<C extends Connection>(dial: Observable<C>, endpoint: Endpoint): Observable<C> {
  if (!connectStarted.hasSubscribers && !connectEnded.hasSubscribers) return dial;
  return new Observable((subscriber) => {
    const attempt = { endpoint };
    let isOver = false;
    const end = (outcome: Omit<ConnectEnded, 'attempt'>): void => {
      if (isOver) return;
      isOver = true;
      connectEnded.publish({ attempt, ...outcome });
    };
    subscriber.add(() => {
      end({});
    });
    connectStarted.publish(attempt);
    subscriber.add(
      dial.subscribe({
        next: (connection) => {
          end({ connection });
          subscriber.next(connection);
        },
        error: (error: unknown) => {
          end({ error });
          subscriber.error(error);
        },
        complete: () => {
          subscriber.complete();
        },
      }),
    );
  });
}
