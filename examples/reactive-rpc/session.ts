import { filter, map, Observable, type Subscriber } from 'rxjs';
import type { Connection } from 'rxjs-net';
import { RpcError, type Call, type Reply, type Request } from './protocol.ts';

/** One connection, and the calls that were made over it. */
export interface Session {
  /** Emits once the server is to shut down; ends with the connection. */
  readonly running: Observable<void>;
  /** Calls when it is subscribed; to unsubscribe is to cancel. */
  call(request: Pick<Call, 'method' | 'argument' | 'deadline'>): Observable<unknown>;
  /** The connection is lost, and all calls with it. */
  fail(): void;
}

export function sessionOver(connection: Connection<Reply, Request>): Session {
  const calls = new Map<number, Subscriber<unknown>>();
  let lastId = 0;
  let isLeaving = false;

  /** No more calls will come: it ends when those that there are have their answers. */
  const endIfLeft = (): void => {
    if (isLeaving && calls.size === 0) connection.end();
  };
  /** @returns whether it is the goaway */
  const deliver = (reply: Reply): boolean => {
    if (reply.kind === 'goaway') {
      if (isLeaving) return false;
      isLeaving = true;
      endIfLeft();
      return true;
    }
    // One that was cancelled may still be answered.
    const call = calls.get(reply.id);
    // What is answered is not to be cancelled.
    if (reply.kind !== 'next') calls.delete(reply.id);
    if (reply.kind === 'next') call?.next(reply.value);
    else if (reply.kind === 'complete') call?.complete();
    else call?.error(new RpcError(reply.code, reply.message));
    return false;
  };

  return {
    running: connection.received.pipe(
      filter(deliver),
      map(() => undefined),
    ),
    call: (request) =>
      new Observable((subscriber) => {
        const id = (lastId += 1);
        subscriber.add(() => {
          if (calls.delete(id)) connection.write({ kind: 'cancel', id });
          endIfLeft();
        });
        calls.set(id, subscriber);
        connection.write({ kind: 'call', id, ...request });
      }),
    fail: () => {
      const lost = new RpcError('UNAVAILABLE', 'the connection was lost before the answer');
      for (const call of [...calls.values()]) call.error(lost);
    },
  };
}
