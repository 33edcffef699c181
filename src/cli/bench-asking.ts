import {
  concat,
  defer,
  finalize,
  ignoreElements,
  map,
  merge,
  takeWhile,
  tap,
  throwError,
  type Observable,
} from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import { TransportError } from '../errors/transport-error.ts';
import type { BenchMessages } from './bench-messages.ts';
import type { BenchTally } from './bench-tally.ts';

interface Question {
  readonly number: number;
  readonly at: number;
}

/**
 * Asks over one connection: so many questions are under way at a time, and each answer is followed by the next question.
 *
 * ```text
 * asked      1-2----3--4
 * answered   ----1--2---3-4
 * stop       ----------x
 * ask        ------------|      no question is under way any more
 * ```
 *
 * Errors with what the connection was lost with, and with `ERR_PEER_ENDED` when the peer has ended.
 */
export function ask<In, Out>(
  connection: Connection<In, Out>,
  messages: BenchMessages<In, Out>,
  inFlight: number,
  tally: BenchTally,
  stop: Observable<unknown>,
): Observable<never> {
  return defer(() => {
    const pending: Question[] = [];
    let asked = 0;
    let stopped = false;
    const askNext = (): void => {
      const question = { number: asked, at: performance.now() };
      asked += 1;
      pending.push(question);
      tally.ask(question.at);
      connection.write(messages.question(question.number));
    };
    const hear = (answer: In): void => {
      const at = performance.now();
      const question = pending.shift();
      if (question === undefined) {
        tally.answer(false, at, at);
        return;
      }
      tally.answer(messages.isAnswer(answer, question.number), question.at, at);
      if (!stopped) askNext();
    };
    const answers = defer(() => {
      for (let count = 0; count < inFlight; count += 1) askNext();
      return concat(
        connection.received,
        throwError(() => peerEnded()),
      );
    });
    const stopping = stop.pipe(
      tap(() => {
        stopped = true;
      }),
    );
    const peerEnded = (): TransportError =>
      new TransportError('ERR_PEER_ENDED', { phase: 'read', endpoint: connection.remote });
    return merge(answers.pipe(tap(hear)), stopping).pipe(
      map(() => stopped && pending.length === 0),
      takeWhile((isOver) => !isOver),
      finalize(() => {
        tally.unanswered += pending.length;
      }),
      ignoreElements(),
    );
  });
}
