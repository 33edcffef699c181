import {
  catchError,
  defaultIfEmpty,
  defer,
  EMPTY,
  filter,
  finalize,
  from,
  ignoreElements,
  map,
  mergeMap,
  of,
  share,
  take,
  takeUntil,
  toArray,
  type Observable,
  type ObservableInput,
} from 'rxjs';
import { TransportError, type Connection } from 'rxjs-net';
import { CANCEL, errorCodes, JsonRpcError, type Id, type Request, type Response } from './protocol.ts';

/** Its first value is the result; to be unsubscribed from is to be cancelled. It throws a JsonRpcError to say what is wrong. */
export type Method = (params: unknown) => ObservableInput<unknown>;
export type Methods = Readonly<Record<string, Method>>;

type Answer = Response | readonly Response[];

export interface JsonRpcHandlerOptions {
  /** Calls of one connection that may run at a time; those beyond are refused. Default 1000. */
  readonly maxCalls?: number;
}

/** What `serve(jsonRpcHandler(methods))` does with each connection. */
export function jsonRpcHandler(
  methods: Methods,
  { maxCalls = 1000 }: JsonRpcHandlerOptions = {},
): (connection: Pick<Connection<unknown>, 'received'>) => Observable<Answer> {
  return ({ received }) => {
    // Read once, for the calls and for what cancels them.
    const messages = received.pipe(share());
    const requests = messages.pipe(
      mergeMap((message): readonly unknown[] => (Array.isArray(message) ? message : [message])),
      filter(isRequest),
    );
    let running = 0;

    const call = ({ method, params }: Request): Observable<unknown> =>
      defer(() => {
        if (running >= maxCalls) throw refusal('tooManyCalls', `${maxCalls} calls are running`);
        const implementation = Object.hasOwn(methods, method) ? methods[method] : undefined;
        if (implementation === undefined) throw refusal('methodNotFound', `there is no method ${method}`);
        running += 1;
        return defer(() => implementation(params)).pipe(
          take(1),
          finalize(() => {
            running -= 1;
          }),
        );
      });

    const answer = (message: unknown): Observable<Response> => {
      if (!isRequest(message)) return of(failure(null, refusal('invalidRequest', 'this is no request')));
      const { id } = message;
      if (id === undefined) {
        return call(message).pipe(
          ignoreElements(),
          catchError(() => EMPTY),
        );
      }
      return call(message).pipe(
        // JSON has no undefined.
        map((result): Response => ({ jsonrpc: '2.0', id, result: result ?? null })),
        defaultIfEmpty<Response, Response>({ jsonrpc: '2.0', id, result: null }),
        catchError((error: unknown) => of(failure(id, error))),
        takeUntil(requests.pipe(filter((other) => cancels(other, id)))),
        defaultIfEmpty(failure(id, refusal('cancelled', 'it was cancelled'))),
      );
    };

    const answerAll = (batch: readonly unknown[]): Observable<Answer> => {
      // An empty one is no request either.
      if (batch.length === 0) return answer(undefined);
      const answers = from(batch).pipe(mergeMap(answer), toArray());
      return answers.pipe(filter(({ length }) => length > 0));
    };

    return messages.pipe(
      mergeMap((message) => (Array.isArray(message) ? answerAll(message) : answer(message))),
      // The last word: where one line is no JSON, there is no telling what the next one is.
      catchError((error: unknown) => {
        if (!TransportError.is(error) || error.code !== 'ERR_INVALID_MESSAGE') throw error;
        return of(failure(null, refusal('parseError', error.message)));
      }),
    );
  };
}

function isRequest(message: unknown): message is Request {
  if (typeof message !== 'object' || message === null) return false;
  const { jsonrpc, id, method, params } = message as Partial<Record<keyof Request, unknown>>;
  const hasId = id === undefined || id === null || typeof id === 'string' || typeof id === 'number';
  const hasParams = params === undefined || (typeof params === 'object' && params !== null);
  return jsonrpc === '2.0' && typeof method === 'string' && hasId && hasParams;
}

function cancels({ method, params }: Request, id: Id): boolean {
  return method === CANCEL && (params as { readonly id?: unknown } | undefined)?.id === id;
}

function failure(id: Id, error: unknown): Response {
  if (error instanceof JsonRpcError) {
    const { code, message, data } = error;
    return { jsonrpc: '2.0', id, error: { code, message, data } };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { jsonrpc: '2.0', id, error: { code: errorCodes.internalError, message } };
}

function refusal(reason: keyof typeof errorCodes, message: string): JsonRpcError {
  return new JsonRpcError({ code: errorCodes[reason], message });
}
