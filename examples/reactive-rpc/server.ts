import {
  asyncScheduler,
  catchError,
  concat,
  defer,
  EMPTY,
  endWith,
  filter,
  finalize,
  from,
  ignoreElements,
  map,
  merge,
  mergeMap,
  NEVER,
  of,
  share,
  takeUntil,
  tap,
  timer,
  type Observable,
  type ObservableInput,
  type SchedulerLike,
} from 'rxjs';
import type { Connection } from 'rxjs-net';
import {
  INVALID_DEADLINE,
  isDeadline,
  type Call,
  type Reply,
  type Request,
  type RpcErrorCode,
} from './protocol.ts';

/** A method streams its answer: an Observable or a Promise pushes it, a generator or an array is pulled as fast as the client reads. */
export type Method = (argument: unknown) => ObservableInput<unknown>;
export type Methods = Readonly<Record<string, Method>>;

export interface RpcHandlerOptions {
  /** Calls of one connection that may run at a time; those beyond are refused with BUSY. Default 1000. */
  readonly maxCalls?: number;
  /** The clock of deadlines. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** What `serve(rpcHandler(methods), { completeOnDrain: false })` does with each connection. */
export function rpcHandler(
  methods: Methods,
  { maxCalls = 1000, scheduler = asyncScheduler }: RpcHandlerOptions = {},
): (connection: Connection<Request, Reply>) => Observable<never> {
  return (connection) => {
    // Read once, for the calls and for what cancels them.
    const requests = connection.received.pipe(share());
    let running = 0;

    const fail = (id: number, code: RpcErrorCode, message: string): Observable<never> =>
      connection.send([{ kind: 'error', id, code, message }]).pipe(
        // Too long for a frame, or else the connection is gone.
        catchError(() => (message.length > 100 ? fail(id, code, `${message.slice(0, 99)}…`) : EMPTY)),
      );

    const answer = ({ id, method, argument, deadline }: Call): Observable<never> => {
      if (running >= maxCalls) return fail(id, 'BUSY', `${maxCalls} calls are running`);
      const implementation = Object.hasOwn(methods, method) ? methods[method] : undefined;
      if (implementation === undefined) return fail(id, 'NOT_FOUND', `there is no method ${method}`);
      if (!isDeadline(deadline)) return fail(id, 'INVALID_DEADLINE', INVALID_DEADLINE);
      running += 1;
      const cancelled = requests.pipe(filter((request) => request.kind === 'cancel' && request.id === id));
      const expired = deadline === undefined ? NEVER : timer(deadline, scheduler);
      return defer(() => connection.send(repliesTo(id, implementation(argument)))).pipe(
        catchError((error: unknown) => fail(id, 'FAILED', String(error))),
        takeUntil(merge(cancelled, expired)),
        finalize(() => {
          running -= 1;
        }),
      );
    };

    const answers = requests.pipe(mergeMap((request) => (request.kind === 'call' ? answer(request) : EMPTY)));
    const goaway = connection.draining.pipe(
      tap(() => connection.write({ kind: 'goaway' })),
      ignoreElements(),
      takeUntil(requests.pipe(ignoreElements(), endWith('the client is done'))),
    );
    return merge(answers, goaway);
  };
}

/** What can be pulled stays so: it is asked for a value when the client has room for one. */
function repliesTo(id: number, values: ObservableInput<unknown>): ObservableInput<Reply> {
  if (Symbol.asyncIterator in values) return pulledLater(id, values);
  if (Symbol.iterator in values) return pulled(id, values);
  return concat(from(values).pipe(map((value) => next(id, value))), of<Reply>({ kind: 'complete', id }));
}

function* pulled(id: number, values: Iterable<unknown>): Generator<Reply> {
  for (const value of values) yield next(id, value);
  yield { kind: 'complete', id };
}

async function* pulledLater(id: number, values: AsyncIterable<unknown>): AsyncGenerator<Reply> {
  for await (const value of values) yield next(id, value);
  yield { kind: 'complete', id };
}

function next(id: number, value: unknown): Reply {
  return { kind: 'next', id, value };
}
