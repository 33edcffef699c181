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
  Subject,
  take,
  takeUntil,
  toArray,
  type Observable,
  type ObservableInput,
} from 'rxjs';
import { TransportError, type Connection } from 'rxjs-net';
import { CANCEL, errorCodes, failure, JsonRpcError, type Request, type Response } from './protocol.ts';
import { sendAnswer, type Answer } from './send-answer.ts';

/** Its first value is the result; to be unsubscribed from is to be cancelled. It throws a JsonRpcError to say what is wrong. */
export type Method = (params: unknown) => ObservableInput<unknown>;
export type Methods = Readonly<Record<string, Method>>;

export interface JsonRpcHandlerOptions {
  /** Calls of one connection that may run at a time, and of one batch; those beyond are refused. Default 1000. */
  readonly maxCalls?: number;
}

/** What `serve(jsonRpcHandler(methods))` does with each connection. */
export function jsonRpcHandler(
  methods: Methods,
  { maxCalls = 1000 }: JsonRpcHandlerOptions = {},
): (connection: Connection<unknown, Answer>) => Observable<never> {
  return (connection) => {
    // Their ids.
    const cancelled = new Subject<unknown>();
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
      if (id === undefined && message.method === CANCEL) {
        cancelled.next((message.params as { readonly id?: unknown } | undefined)?.id);
        return EMPTY;
      }
      if (id === undefined) {
        return call(message).pipe(
          ignoreElements(),
          catchError(() => EMPTY),
        );
      }
      return call(message).pipe(
        map((result): Response => ({ jsonrpc: '2.0', id, result: resultOf(result) })),
        defaultIfEmpty<Response, Response>({ jsonrpc: '2.0', id, result: null }),
        catchError((error: unknown) => of(failure(id, error))),
        takeUntil(cancelled.pipe(filter((other) => other === id))),
        defaultIfEmpty(failure(id, refusal('cancelled', 'it was cancelled'))),
      );
    };

    const answerAll = (batch: readonly unknown[]): Observable<Answer> => {
      // An empty one is no request either.
      if (batch.length === 0) return answer(undefined);
      if (batch.length > maxCalls)
        return of(failure(null, refusal('tooManyCalls', `a batch has ${maxCalls} at most`)));
      const answers = from(batch).pipe(mergeMap(answer), toArray());
      return answers.pipe(filter(({ length }) => length > 0));
    };

    return connection.received.pipe(
      mergeMap((message) => (Array.isArray(message) ? answerAll(message) : answer(message))),
      // The last word: where one line is no JSON, there is no telling what the next one is.
      catchError((error: unknown) => {
        if (!TransportError.is(error) || error.code !== 'ERR_INVALID_MESSAGE') throw error;
        return of(failure(null, refusal('parseError', error.message)));
      }),
      // One by one, so that an answer which cannot be sent is told from a connection that is lost.
      mergeMap((said) => sendAnswer(connection, said)),
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

/** As in an array: null for what JSON has no text for. It would leave out the result, and that is no answer. */
function resultOf(value: unknown): unknown {
  const { toJSON } = Object(value) as { readonly toJSON?: unknown };
  const written: unknown = typeof toJSON === 'function' ? toJSON.call(value, 'result') : value;
  return written === undefined || typeof written === 'function' || typeof written === 'symbol' ? null : value;
}

function refusal(reason: keyof typeof errorCodes, message: string): JsonRpcError {
  return new JsonRpcError({ code: errorCodes[reason], message });
}
