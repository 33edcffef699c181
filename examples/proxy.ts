/**
 * A TCP proxy: what one side says, the other side hears, no faster than it can, to the last byte and the FIN.
 *
 *   npx tsx examples/echo.ts 127.0.0.1:7000                     something to stand in front of
 *   npx tsx examples/proxy.ts 127.0.0.1:7001 127.0.0.1:7000     from where to where; unix:/path goes on both sides
 *   nc 127.0.0.1 7001                                           talk to the echo server through the proxy
 *   head -c 100M /dev/zero | nc -N 127.0.0.1 7001 | wc -c       104857600: all of it comes back after the FIN was sent
 *   stop the echo server, and dial again                        that client is reset, and the proxy goes on
 */
import { catchError, EMPTY, merge, mergeMap, switchMap, tap, type Observable } from 'rxjs';
import { bind, connect, holdWhile, idleTimeout, type Connection } from 'rxjs-net';
import { fail, messageOf } from './fail.ts';
import { stopSignal } from './stop-signal.ts';

const [from = '127.0.0.1:7001', to = '127.0.0.1:7000'] = process.argv.slice(2);
const TOO_QUIET = 10 * 60_000;

// A FIN ends one direction and says nothing about the other, so on both sides ending is left to us.
const options = { allowHalfOpen: true };

bind(from, { ...options, until: stopSignal })
  .pipe(
    switchMap((server) => {
      console.log(`listening on ${server.endpoint}`);
      return server.connections;
    }),
    idleTimeout(TOO_QUIET),
    mergeMap(proxy),
  )
  .subscribe({ error: fail });

/** Dials the other side for one client, and forwards both ways until both have ended; a failure is this client's alone. */
function proxy(client: Connection): Observable<never> {
  return connect(to, options).pipe(
    switchMap((server) => merge(forward(client, server), forward(server, client)).pipe(abortOnError(server))),
    abortOnError(client),
    catchError((error: unknown) => {
      console.error(`${client.remote}: ${messageOf(error)}`);
      return EMPTY;
    }),
  );
}

/** One direction: `source` is read only while `target` has room, and its FIN is passed on behind the last byte. */
function forward(source: Connection, target: Connection): Observable<never> {
  return target.send(holdWhile(source, target.congested)).pipe(
    tap({
      complete: () => {
        target.end();
      },
    }),
  );
}

/** A stream that was cut short must not look whole to whoever is left: RST, and not FIN. */
function abortOnError(connection: Connection): <T>(stream: Observable<T>) => Observable<T> {
  return tap({
    error: (error: unknown) => {
      connection.abort(error instanceof Error ? error : undefined);
    },
  });
}
