// The clients of the soak, in one process: each opens, talks, stalls, is reset and redials at random until it is paused.
import {
  concat,
  concatMap,
  defer,
  delay,
  EMPTY,
  filter,
  finalize,
  from,
  ignoreElements,
  lastValueFrom,
  map,
  merge,
  mergeMap,
  NEVER,
  of,
  range,
  repeat,
  retry,
  share,
  skip,
  Subject,
  switchMap,
  take,
  takeUntil,
  takeWhile,
  tap,
  timer,
  type Observable,
} from 'rxjs';
import { backoff, connect, framedConnection, type Bytes, type Connection } from '../../src/index.ts';
import { between, randomFrom } from '../random.ts';
import { codeOf, count } from '../programs/error-code.ts';
import { frameOf, messages, type Message } from '../programs/message.ts';
import { commands, reporter, settings as given } from '../programs/parent.ts';
import { measuring, snapshot, tellSoak } from './measure.ts';
import type { SoakSettings } from './soak-report.ts';
import { Talker, type Totals } from './talker.ts';

/** How a connection goes on when it has talked for a while. */
type Whim =
  'end' | 'stall' | 'abort' | 'leave' | 'be reset' | 'be ended' | 'be silent' | 'break off in a frame';

// Half of them end well; the waits of the silent ones are long, so they are few.
const WHIMS: readonly Whim[] = [
  ...(['end', 'end', 'end', 'end', 'end', 'stall', 'stall', 'abort', 'abort', 'leave'] as const),
  ...(['leave', 'be reset', 'be reset', 'be ended', 'be silent', 'break off in a frame'] as const),
];
// The codes that a connection may be lost with, by what it was up to.
const EXPECTED: Readonly<Record<Whim, readonly string[]>> = {
  end: [],
  stall: [],
  abort: ['ERR_ABORTED'],
  leave: [],
  'be reset': ['ERR_CONNECTION_RESET'],
  // The answers to what we ask meanwhile may meet a closed socket.
  'be ended': ['ERR_PEER_ENDED', 'ERR_CONNECTION_RESET'],
  'be silent': ['ERR_CONNECTION_RESET'],
  'break off in a frame': ['ERR_CONNECTION_RESET'],
};
const FLOOD = 128;

const report = reporter();
const settings = given() as SoakSettings;
const random = randomFrom(settings.seed);
const totals: Totals = {
  connections: 0,
  delivered: 0,
  disorder: 0,
  answeredTwice: 0,
  wrongAnswers: 0,
  shortened: 0,
};
const talkers = Array.from({ length: settings.connections }, () => new Talker(random, totals));
const errors: Record<string, number> = {};
const complaints = new Set<string>();
const pauses = commands.pipe(filter((kind) => kind === 'pause'));
let pausing = false;
let round = 0;

function attempt(talker: Talker): Observable<never> {
  return defer(() => {
    const whim: Whim = pausing ? 'end' : (WHIMS[between(random, 0, WHIMS.length - 1)] ?? 'end');
    const leaving = new Subject<void>();
    return connect(settings.endpoint, { connectTimeout: 5_000, closeTimeout: 1_000 }).pipe(
      switchMap((connection) => {
        talker.begin();
        return converse(connection, talker, whim, leaving);
      }),
      tap({
        error: (error: unknown) => {
          const code = codeOf(error);
          count(errors, code);
          if (!EXPECTED[whim].includes(code))
            complaints.add(`a client that wanted to ${whim} has seen ${code}`);
        },
        complete: () => {
          if (whim === 'end' || whim === 'stall') talker.endedCleanly();
        },
      }),
      takeUntil(leaving),
    );
  });
}

function converse(
  bytes: Connection<Buffer, Bytes>,
  talker: Talker,
  whim: Whim,
  leaving: Subject<void>,
): Observable<never> {
  const connection = framedConnection(bytes, messages);
  const answers = connection.received.pipe(
    tap((message) => {
      talker.take(message);
    }),
    filter(({ kind }) => kind === 'answer'),
    share(),
  );
  const enough = answers.pipe(skip(between(random, 0, 30)), take(1));
  const turns = answers.pipe(concatMap((answer) => of(answer).pipe(delay(talker.pause()))));
  const talk = merge(range(0, 2), turns).pipe(
    concatMap(() => talker.ask(0)),
    takeUntil(merge(enough, pauses)),
  );
  const sent = concat(talk, act(whim, { bytes, connection, talker, answers, leaving }));
  const end = defer(() => {
    connection.end();
    return EMPTY;
  });
  return merge(concat(connection.send(sent), end), answers.pipe(ignoreElements()));
}

interface Talk {
  readonly bytes: Connection<Buffer, Bytes>;
  readonly connection: Connection<Message, Message>;
  readonly talker: Talker;
  readonly answers: Observable<Message>;
  readonly leaving: Subject<void>;
}

/** What a client does when it has talked enough, and what it says then. */
function act(whim: Whim, talk: Talk): Observable<Message> {
  const { bytes, connection, talker, leaving } = talk;
  return defer(() => {
    switch (whim) {
      case 'end':
        return settle(talk);
      case 'stall':
        return concat(stall(talk), settle(talk));
      case 'abort':
        connection.abort();
        return NEVER;
      case 'leave':
        leaving.next();
        return NEVER;
      case 'be ended':
        return concat([talker.order('end')], NEVER);
      case 'be reset':
        return concat([talker.order('reset')], NEVER);
      case 'be silent':
        return NEVER;
      case 'break off in a frame':
        bytes.write(frameOf(talker.order('end')).subarray(0, 10));
        return NEVER;
    }
  });
}

/** Asks again what has no answer yet, and waits for what is under way. */
function settle({ talker, answers }: Talk): Observable<Message> {
  return merge(range(0, 2), answers).pipe(
    map(() => talker.hasPending),
    takeWhile((hasPending) => hasPending),
    concatMap(() => talker.askAgain()),
  );
}

/** Asks for a flood, and does not read for a while. */
function stall({ connection, talker }: Talk): Observable<Message> {
  return defer(() => {
    const held = connection.hold();
    const release = timer(between(random, 100, 600)).pipe(
      ignoreElements(),
      finalize(() => {
        held.unsubscribe();
      }),
    );
    return merge(from(talker.ask(FLOOD)), release);
  });
}

/** All of them talk, until they are paused and each has an answer to everything. */
function talkAll(): Observable<never> {
  pausing = false;
  return from(talkers).pipe(mergeMap(talkOn));
}

function talkOn(talker: Talker): Observable<never> {
  return defer(() => {
    const isDone = (): boolean => pausing && !talker.hasPending;
    const wait = backoff({ initial: 20, max: 200, random, retryable: () => true });
    return attempt(talker).pipe(
      retry({ delay: (error, times) => (isDone() ? EMPTY : wait(error, times)) }),
      repeat({ delay: () => (isDone() ? EMPTY : timer(talker.pause())) }),
    );
  });
}

const measure = measuring();
const told = merge(
  pauses.pipe(tap(() => (pausing = true))),
  commands.pipe(
    filter((kind) => kind === 'snapshot'),
    tap(() => {
      snapshot(settings.folder, 'client');
    }),
  ),
).subscribe();
const rounds = commands.pipe(
  filter((kind) => kind === 'resume'),
  concatMap(() => concat(talkAll(), defer(measure))),
  tap((measured) => {
    round += 1;
    tellSoak({ kind: 'measured', round, measure: measured });
  }),
  takeUntil(commands.pipe(filter((kind) => kind === 'stop'))),
);

tellSoak({ kind: 'ready', endpoint: settings.endpoint });
await lastValueFrom(rounds, { defaultValue: undefined });
told.unsubscribe();
for (const [what, times] of Object.entries({
  'answers came twice': totals.answeredTwice,
  'answers were wrong': totals.wrongAnswers,
  'connections ended well, and the server had not had everything': totals.shortened,
  'clients have requests without an answer': talkers.filter(({ hasPending }) => hasPending).length,
})) {
  if (times > 0) complaints.add(`${times} ${what}`);
}
await report({
  connections: totals.connections,
  delivered: totals.delivered,
  disorder: totals.disorder,
  errors,
  complaints: [...complaints],
});
