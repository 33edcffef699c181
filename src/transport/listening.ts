import type { Server as NetServer } from 'node:net';
import { Observable } from 'rxjs';
import type { Endpoint } from '../endpoint/endpoint.ts';

/** Where a server listens, and how to give the place back. */
export interface BoundAddress {
  readonly endpoint: Endpoint;
  /** Removes what was made for listening, besides the socket itself. */
  readonly release: () => void;
}

interface Address {
  readonly host: string;
  readonly port: number;
  readonly backlog: number;
  readonly exclusive: boolean;
  readonly reusePort: boolean;
}

/** What `net.Server.listen` is told. */
export type ListenTarget =
  | Address
  | { readonly path: string; readonly backlog: number; readonly exclusive: boolean }
  | { readonly fd: number; readonly backlog: number };

/** Starts to listen; emits once at 'listening', errors at 'error'. */
export function listening(server: NetServer, target: ListenTarget): Observable<void> {
  return new Observable((subscriber) => {
    const onListening = (): void => {
      subscriber.next();
      subscriber.complete();
    };
    const onError = (error: Error): void => {
      subscriber.error(error);
    };
    subscriber.add(() => {
      server.off('listening', onListening).off('error', onError);
    });
    server.once('listening', onListening).once('error', onError);
    server.listen(target);
  });
}
