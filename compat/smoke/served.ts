import { bind, type BindOptions, type Connection, type ShutdownSummary } from 'rxjs-net';
import { firstValueFrom, Subscription, type Observable } from 'rxjs';

export interface Served {
  readonly endpoint: string;
  /** How it ended, by a drain or by `stop`. */
  readonly over: Promise<ShutdownSummary>;
  stop(): Promise<ShutdownSummary>;
}

/** A server that does what is said with its connections, until it is stopped. */
export function served(
  endpoint: string,
  work: (connections: Observable<Connection>) => Observable<unknown>,
  options: BindOptions = {},
): Promise<Served> {
  return new Promise((resolve, reject) => {
    const subscription = new Subscription();
    const started = bind(endpoint, { closeTimeout: 5_000, ...options }).subscribe({
      next: (server) => {
        const over = firstValueFrom(server.closed);
        // What a connection fails with, its own end shows.
        server.connections.pipe(work).subscribe({ error: () => undefined });
        resolve({
          endpoint: server.endpoint,
          over,
          stop: () => {
            subscription.unsubscribe();
            return over;
          },
        });
      },
      error: reject,
    });
    subscription.add(started);
  });
}
