import { Observable } from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import type { DuplexConnection } from '../connection/duplex-connection.ts';

/**
 * Makes a subscription the lifetime of a connection.
 *
 * ```text
 * (c)-------|   it has closed cleanly
 * (c)-------#   it was lost
 * (c)---!       unsubscribed: it is closed gracefully
 * ```
 */
export function whileSubscribed(connection: DuplexConnection): Observable<Connection> {
  return new Observable((subscriber) => {
    subscriber.add(() => {
      connection.letGo();
    });
    subscriber.next(connection);
    connection.whenClosed((error) => {
      if (error === undefined) subscriber.complete();
      else subscriber.error(error);
    });
  });
}
