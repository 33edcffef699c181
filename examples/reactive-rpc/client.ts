import {
  BehaviorSubject,
  defer,
  EMPTY,
  filter,
  finalize,
  ignoreElements,
  map,
  merge,
  mergeMap,
  NEVER,
  Observable,
  of,
  repeat,
  retry,
  Subject,
  take,
  takeUntil,
  tap,
  timer,
  type Subscriber,
} from 'rxjs';
import { backoff, type BackoffOptions, type Connection } from 'rxjs-net';
import { RpcError, type Reply, type Request } from './protocol.ts';

export interface CallOptions {
  /** Milliseconds from the subscription until it errors with DEADLINE_EXCEEDED. Default: none. */
  readonly deadline?: number;
}

export interface RpcClient {
  /** Calls when it is subscribed, over the connection that there is or the next one; to unsubscribe is to cancel. */
  call<T>(method: string, argument?: unknown, options?: CallOptions): Observable<T>;
}

/**
 * A client for as long as it is subscribed: it dials again when its connection is lost, and elsewhere when its server shuts down.
 *
 * ```text
 * dial         --c1-------#  --c2------goaway--|
 *                                      --c3------     while c2 answers what it was asked
 * rpcClient    (r)-------------------------------
 * r.call       ---1-2-|  -4#UNAVAILABLE
 * ```
 *
 * @param dial - a connection for each subscription, such as `connect('host:port').pipe(framed(jsonLines()))`
 */
export function rpcClient(
  dial: Observable<Connection<Reply, Request>>,
  options: BackoffOptions = {},
): Observable<RpcClient> {
  return defer(() => {
    const present = new BehaviorSubject<Session | undefined>(undefined);
    const left = new Subject<void>();
    const stay = (): Observable<never> => {
      let hasLeft = false;
      const wait = backoff(options);
      const leave = (session: Session): void => {
        hasLeft = true;
        session.leave();
        present.next(undefined);
        left.next();
      };
      return dial.pipe(
        mergeMap((connection) => {
          const session = new Session(connection);
          present.next(session);
          return session.running.pipe(
            tap(() => {
              leave(session);
            }),
            ignoreElements(),
            finalize(() => {
              if (present.value === session) present.next(undefined);
            }),
          );
        }),
        retry({ delay: (error, count) => (hasLeft ? EMPTY : wait(error, count)) }),
        repeat({ delay: (count) => (hasLeft ? EMPTY : wait(count)) }),
      );
    };
    const client: RpcClient = {
      call: <T>(method: string, argument?: unknown, { deadline }: CallOptions = {}) =>
        present.pipe(
          filter((session) => session !== undefined),
          take(1),
          mergeMap((session) => session.call({ method, argument, deadline }) as Observable<T>),
          takeUntil(deadline === undefined ? NEVER : expiry(deadline, options.scheduler)),
        ),
    };
    return merge(of(client), stay(), left.pipe(mergeMap(stay)));
  });
}

function expiry(deadline: number, scheduler: BackoffOptions['scheduler']): Observable<never> {
  return timer(deadline, scheduler).pipe(
    map(() => {
      throw new RpcError('DEADLINE_EXCEEDED', `no answer in ${deadline} ms`);
    }),
  );
}

/** One connection, and the calls that were made over it. */
class Session {
  /** Emits when the server is to shut down; ends with the connection, and all calls with it. */
  readonly running: Observable<void>;

  readonly #connection: Connection<Reply, Request>;
  readonly #calls = new Map<number, Subscriber<unknown>>();
  #lastId = 0;
  #isLeaving = false;

  constructor(connection: Connection<Reply, Request>) {
    this.#connection = connection;
    this.running = connection.received.pipe(
      filter((reply) => this.#deliver(reply)),
      map(() => undefined),
      finalize(() => {
        const lost = new RpcError('UNAVAILABLE', 'the connection was lost before the answer');
        for (const call of [...this.#calls.values()]) call.error(lost);
      }),
    );
  }

  call(request: { method: string; argument: unknown; deadline: number | undefined }): Observable<unknown> {
    return new Observable((subscriber) => {
      const id = (this.#lastId += 1);
      subscriber.add(() => {
        if (this.#calls.delete(id)) this.#connection.write({ kind: 'cancel', id });
        this.#endIfLeft();
      });
      this.#calls.set(id, subscriber);
      this.#connection.write({ kind: 'call', id, ...request });
    });
  }

  /** No more calls will come: it ends when those that there are have their answers. */
  leave(): void {
    this.#isLeaving = true;
    this.#endIfLeft();
  }

  #endIfLeft(): void {
    if (this.#isLeaving && this.#calls.size === 0) this.#connection.end();
  }

  /** @returns whether it is a goaway */
  #deliver(reply: Reply): boolean {
    if (reply.kind === 'goaway') return true;
    const call = this.#calls.get(reply.id);
    // One that was cancelled may still be answered.
    if (call === undefined) return false;
    if (reply.kind === 'next') {
      call.next(reply.value);
      return false;
    }
    this.#calls.delete(reply.id);
    if (reply.kind === 'complete') call.complete();
    else call.error(new RpcError(reply.code, reply.message));
    return false;
  }
}
