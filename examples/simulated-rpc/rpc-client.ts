import {
  BehaviorSubject,
  defer,
  filter,
  ignoreElements,
  merge,
  NEVER,
  Observable,
  retry,
  Subject,
  switchMap,
  takeUntil,
  tap,
  timeout,
  type SchedulerLike,
} from 'rxjs';
import { backoff, framed, jsonLines, type Connection, type Transport } from 'rxjs-net';
import type { Answer, Request } from './protocol.ts';

/** What a client does when it loses its connection; each of them can be got wrong, as in `bugs.ts`. */
export interface Habits {
  /** Whether it dials again after such an error. Default: whenever `backoff` says that it may help. */
  readonly redialsAfter?: (error: unknown) => boolean;
  /** Whether what is asked again has the id that it had before. Default true. */
  readonly keepsIds?: boolean;
  /** Whether it dials again while it drains. Default true. */
  readonly redialsWhileDraining?: boolean;
}

/** Where a client lives. */
export interface Surroundings {
  readonly transport: Transport;
  readonly scheduler: SchedulerLike;
  readonly random: () => number;
}

export interface RpcClient {
  /** Subscribe to it for as long as the client is to work; it completes when the client has drained. */
  readonly running: Observable<never>;
  /** Asks now, and again over the next connection if need be; emits the answer. */
  pay(amount: number): Observable<Answer>;
  /** Closes when nothing is unanswered any more. Nothing should be asked after that. */
  drain(): void;
}

// TCP alone would wait for minutes. Where nothing is asked for so long, it takes a heartbeat.
const SILENCE = 3000;

interface Call {
  readonly amount: number;
  readonly answer: Subject<Answer>;
}

/** A client that redials, and asks again what has no answer yet. */
export function rpcClient(
  endpoint: string,
  { transport, scheduler, random }: Surroundings,
  { redialsAfter, keepsIds = true, redialsWhileDraining = true }: Habits = {},
): RpcClient {
  const calls = new Map<number, Call>();
  const asked = new Subject<Request>();
  const draining = new BehaviorSubject(false);
  const answered = new Subject<void>();
  let lastId = 0;

  const register = (call: Call): Request => {
    lastId += 1;
    calls.set(lastId, call);
    return { id: lastId, pay: call.amount };
  };

  const unanswered = (): readonly Request[] => {
    const left = [...calls];
    if (keepsIds) return left.map(([id, { amount }]) => ({ id, pay: amount }));
    calls.clear();
    return left.map(([, call]) => register(call));
  };

  const deliver = (answer: Answer): void => {
    const call = calls.get(answer.id);
    // An answer comes twice when the request went twice.
    if (call === undefined || !calls.delete(answer.id)) return;
    call.answer.next(answer);
    call.answer.complete();
    answered.next();
  };

  const converse = (connection: Connection<Answer, Request>): Observable<never> =>
    merge(
      connection.send(merge(defer(unanswered), asked)),
      connection.received.pipe(timeout({ each: SILENCE, scheduler }), tap(deliver), ignoreElements()),
    );

  const wait = backoff({ initial: 100, max: 2000, scheduler, random, retryable: redialsAfter });
  const drained = merge(draining, answered).pipe(filter(() => draining.value && calls.size === 0));
  const running = transport.connect(endpoint).pipe(
    framed(jsonLines<Answer, Request>()),
    switchMap(converse),
    retry({
      delay: (error, count) => (draining.value && !redialsWhileDraining ? NEVER : wait(error, count)),
    }),
    takeUntil(drained),
  );

  return {
    running,
    pay: (amount) =>
      new Observable((subscriber) => {
        const answer = new Subject<Answer>();
        answer.subscribe(subscriber);
        asked.next(register({ amount, answer }));
      }),
    drain: () => {
      draining.next(true);
    },
  };
}
