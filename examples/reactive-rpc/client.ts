import {
  BehaviorSubject,
  defer,
  EMPTY,
  expand,
  filter,
  finalize,
  ignoreElements,
  map,
  merge,
  mergeMap,
  NEVER,
  of,
  repeat,
  retry,
  take,
  takeUntil,
  tap,
  throwError,
  timer,
  type Observable,
} from 'rxjs';
import { backoff, type BackoffDelay, type BackoffOptions, type Connection } from 'rxjs-net';
import { INVALID_DEADLINE, isDeadline, RpcError, type Reply, type Request } from './protocol.ts';
import { sessionOver, type Session } from './session.ts';

export interface CallOptions {
  /** Milliseconds from the subscription until it errors with DEADLINE_EXCEEDED, at most 2147483647 (24 days). Default: none. */
  readonly deadline?: number;
}

export interface RpcClient {
  /**
   * Calls when it is subscribed, over the connection that there is or the next one; to unsubscribe is to cancel. Errors with an
   * RpcError; with `CLOSED` once the client is not subscribed any more.
   */
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
    const client: RpcClient = {
      call: <T>(method: string, argument?: unknown, { deadline }: CallOptions = {}) =>
        present.pipe(
          filter((session) => session !== undefined),
          take(1),
          mergeMap((session) => session.call({ method, argument, deadline }) as Observable<T>),
          takeUntil(deadline === undefined ? NEVER : expiry(deadline, options.scheduler)),
        ),
    };
    // Whenever a server says goaway there is one more of them, until that server has answered.
    const running = of(undefined).pipe(expand(() => staying(dial, present, options)));
    return merge(of(client), running.pipe(ignoreElements())).pipe(
      // Nobody dials for it any more: not for calls that wait, and not for those to come.
      finalize(() => {
        present.error(new RpcError('CLOSED', 'the client has ended: call while rpcClient is subscribed'));
      }),
    );
  });
}

/** Connected, again and again, until a server says goaway: then it emits, and ends with that connection. */
function staying(
  dial: Observable<Connection<Reply, Request>>,
  present: BehaviorSubject<Session | undefined>,
  options: BackoffOptions,
): Observable<void> {
  return defer(() => {
    const wait = backoff(options);
    let hasLeft = false;
    const again: BackoffDelay = (error, count) => (hasLeft ? EMPTY : wait(error, count));
    return dial.pipe(
      mergeMap((connection) => {
        const session = sessionOver(connection);
        const withdraw = (): void => {
          if (present.value === session) present.next(undefined);
        };
        present.next(session);
        return session.running.pipe(
          tap(() => {
            hasLeft = true;
            withdraw();
          }),
          finalize(() => {
            // First, so that who makes a failed call again at once waits for the next connection.
            withdraw();
            session.fail();
          }),
        );
      }),
      retry({ delay: again }),
      repeat({ delay: again }),
    );
  });
}

function expiry(deadline: number, scheduler: BackoffOptions['scheduler']): Observable<never> {
  if (!isDeadline(deadline)) return throwError(() => new RpcError('INVALID_DEADLINE', INVALID_DEADLINE));
  return timer(deadline, scheduler).pipe(
    map(() => {
      throw new RpcError('DEADLINE_EXCEEDED', `no answer in ${deadline} ms`);
    }),
  );
}
