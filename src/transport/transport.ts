import type { Observable } from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { BindOptions } from './bind-options.ts';
import type { ConnectOptions } from './connect-options.ts';
import type { Server } from './server.ts';

/**
 * What an RPC layer takes as a parameter, so that it runs over any transport.
 *
 * @public
 */
export interface Transport {
  /** Where it listens, or else what it is connected to; undefined before that, and after `close`. */
  readonly endpoint: Endpoint | undefined;
  /** See {@link bind}; the endpoint is the transport's own. */
  bind(options?: BindOptions): Observable<Server>;
  /** See {@link listen}; the endpoint is the transport's own. */
  listen(options?: BindOptions): Observable<Connection>;
  /** See {@link connect}. */
  connect(endpoint: string, options?: ConnectOptions): Observable<Connection>;
  /**
   * Ends every listener and connection that this instance made, and their Observables complete. It waits at most
   * `closeTimeout` and then resets; it never rejects, and may be called at any time and any number of times. What is
   * opened after it is new: a `repeat` behind `connect` would dial again, so end that with a `takeUntil` of your own.
   */
  close(): Promise<void>;
}
