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
 * An answer to none of the questions that are under way is wrong, and nothing is asked after it: who is answered twice asks once. What
 * is no answer at all stands for the one that is due, unless the peer is known to say more than it was asked.
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
    let saysMore = false;
    const askNext = (): void => {
      const question = { number: asked, at: performance.now() };
      asked += 1;
      pending.push(question);
      tally.ask(question.at);
      connection.write(messages.question(question.number));
    };
    const hear = (answer: In): void => {
      const at = performance.now();
      const turn = pending.findIndex(({ number }) => messages.isAnswer(answer, number));
      saysMore ||= turn < 0 && messages.isAnyAnswer(answer);
      const [question] = turn < 0 && saysMore ? [] : pending.splice(Math.max(0, turn), 1);
      tally.answer(turn === 0, question?.at ?? at, at);
      if (question !== undefined && !stopped) askNext();
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
