import { defer, finalize, ignoreElements, merge, Observable, of, tap, type Subscriber } from 'rxjs';
import { TransportError, type Connection } from 'rxjs-net';
import { CANCEL, JsonRpcError, type Request, type Response } from './protocol.ts';

export interface JsonRpcClient {
  /** Calls when it is subscribed; to unsubscribe before the answer is to cancel. Errors with a JsonRpcError. */
  call<T>(method: string, params?: object): Observable<T>;
  notify(method: string, params?: object): void;
}

/** Emits a client for the connection, and reads for as long as it is subscribed; ends as the connection does. */
export function jsonRpcClient(connection: Connection<Response, Request>): Observable<JsonRpcClient> {
  return defer(() => {
    const calls = new Map<unknown, Subscriber<unknown>>();
    let lastId = 0;
    const say = (request: Omit<Request, 'jsonrpc'>): void => {
      connection.write({ jsonrpc: '2.0', ...request });
    };
    // With what it has ended, if it has.
    let end: unknown;
    const failAll = (error: unknown): void => {
      end ??= error;
      const waiting = [...calls.values()];
      calls.clear();
      for (const call of waiting) call.error(end);
    };
    const client: JsonRpcClient = {
      call: <T>(method: string, params?: object) =>
        new Observable<T>((subscriber) => {
          if (end !== undefined) {
            subscriber.error(end);
            return;
          }
          const id = (lastId += 1);
          subscriber.add(() => {
            if (calls.delete(id)) say({ method: CANCEL, params: { id } });
          });
          calls.set(id, subscriber);
          say({ id, method, params });
        }),
      notify: (method, params) => {
        say({ method, params });
      },
    };
    const answers = connection.received.pipe(
      tap((response) => {
        const call = calls.get(response.id);
        calls.delete(response.id);
        if (response.error) {
          call?.error(new JsonRpcError(response.error));
        } else {
          call?.next(response.result);
          call?.complete();
        }
      }),
      tap({ error: failAll }),
      finalize(() => {
        const { remote: endpoint, id: connectionId } = connection;
        failAll(new TransportError('ERR_PEER_ENDED', { phase: 'read', endpoint, connectionId }));
      }),
      ignoreElements(),
    );
    return merge(of(client), answers);
  });
}
