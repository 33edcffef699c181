import { catchError, type Observable } from 'rxjs';
import { TransportError, type Connection } from 'rxjs-net';
import { errorCodes, failure, JsonRpcError, type Response } from './protocol.ts';

/** What answers a call, or a batch of them. */
export type Answer = Response | readonly Response[];

/** Makes another answer of one that the codec refuses. */
type Instead = (answer: Answer, why: JsonRpcError) => Answer;

/**
 * Sends an answer. One that cannot be written, for JSON has no text for it or it is too long, becomes an internal error that
 * says why, and the connection goes on.
 *
 * ```text
 * answer                sent
 * 5n                    error
 * [1, 5n, 'long…']      [1, error, error]             without what has no text, and then without the longest one
 * [1, 'long…', …]       [error, error, …]             if that is too long as well
 * [1, 2, 3, 4, …]       error, with an id of null     if even the errors are
 * ```
 */
export function sendAnswer(
  connection: Pick<Connection<never, Answer>, 'send'>,
  answer: Answer,
  [instead, ...others]: readonly Instead[] = [withoutTheWorst, withoutTheWorst, withoutAll, withNothing],
): Observable<never> {
  return connection.send([answer]).pipe(
    catchError((error: unknown) => {
      if (instead === undefined || !isRefusal(error)) throw error;
      const message = `the answer cannot be sent: ${error.detail ?? error.code}`;
      const why = new JsonRpcError({ code: errorCodes.internalError, message });
      return sendAnswer(connection, instead(answer, why), others);
    }),
  );
}

/** The codec's, of a message of which nothing was sent. */
function isRefusal(error: unknown): error is TransportError {
  if (!TransportError.is(error) || error.phase !== 'write') return false;
  return error.code === 'ERR_INVALID_MESSAGE' || error.code === 'ERR_FRAME_TOO_LONG';
}

function withoutTheWorst(answer: Answer, why: JsonRpcError): Answer {
  if ('id' in answer) return failure(answer.id, why);
  const lengths = answer.map(lengthOf);
  const worst = lengths.reduce((one, other) => Math.max(one, other), 0);
  return answer.map((one, index) => (lengths[index] === worst ? failure(one.id, why) : one));
}

function withoutAll(answer: Answer, why: JsonRpcError): Answer {
  return 'id' in answer ? failure(answer.id, why) : answer.map(({ id }) => failure(id, why));
}

function withNothing(_: Answer, why: JsonRpcError): Answer {
  return failure(null, why);
}

/** Of its text; what has none is the longest of all. */
function lengthOf(answer: Response): number {
  try {
    return JSON.stringify(answer).length;
  } catch {
    return Infinity;
  }
}
