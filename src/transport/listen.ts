import { switchMap, type Observable } from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import type { BindOptions } from './bind-options.ts';
import { bind } from './bind.ts';

/**
 * Binds an endpoint and emits every connection that comes in: {@link bind}, flattened.
 *
 * ```text
 * listen       ---a--b---c--------
 * until        ------------x
 * listen       ---a--b---c-xxxx|     completes when the connections are closed, or after gracePeriod
 * unsubscribe  ---a--b---c-!         closes the listener and every connection gracefully
 * ```
 *
 * The failure of one connection never ends this Observable. Errors: those of {@link bind}.
 *
 * @example
 * ```ts
 * import { listen, serve } from 'rxjs-net';
 * import { fromEvent } from 'rxjs';
 *
 * listen('127.0.0.1:7000', { until: fromEvent(process, 'SIGTERM') })
 *   .pipe(serve((connection) => connection.received))
 *   .subscribe();
 * ```
 * @public
 */
export function listen(endpoint: string, options: BindOptions = {}): Observable<Connection> {
  return bind(endpoint, options).pipe(switchMap((server) => server.connections));
}
