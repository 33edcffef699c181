import { Observable } from 'rxjs';
import type { Connection } from '../connection/connection.ts';

/**
 * Makes a subscription the lifetime of a connection.
 *
 * ```text
 * (c)-------|   it has closed cleanly
 * (c)-------#   it was lost
 * (c)---!       unsubscribed: it is closed gracefully
 * ```
 */
export function whileSubscribed(connection: Connection): Observable<Connection> {
  return new Observable((subscriber) => {
    subscriber.add(() => {
      void connection.close();
    });
    subscriber.next(connection);
    subscriber.add(
      connection.closed.subscribe(({ error }) => {
        if (error === undefined) subscriber.complete();
        else subscriber.error(error);
      }),
    );
  });
}
