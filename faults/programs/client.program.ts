// The client of a scenario: several askers, each of which redials until all its requests are answered.
import {
  concat,
  concatMap,
  defer,
  delay,
  EMPTY,
  filter,
  from,
  ignoreElements,
  lastValueFrom,
  map,
  merge,
  mergeMap,
  of,
  range,
  retry,
  share,
  switchMap,
  takeUntil,
  tap,
  throwError,
  timer,
  type Observable,
} from 'rxjs';
import {
  backoff,
  connect,
  framedConnection,
  idleTimeout,
  type Bytes,
  type Connection,
} from '../../src/index.ts';
import { randomFrom } from '../random.ts';
import { Asker, type Dialogue } from './asker.ts';
import type { ClientSettings } from './client-report.ts';
import { codeOf, count } from './error-code.ts';
import { frameOf, messages, type Message } from './message.ts';
import { commands, reporter, settings as given, tell } from './parent.ts';

const report = reporter();
const settings = given() as ClientSettings;
const random = randomFrom(settings.seed);
const askers = Array.from(
  { length: settings.clients },
  (_, index) => new Asker(settings.firstNumber + index, settings),
);
const errors: Record<string, number> = {};
let dials = 0;
let markedAt: number | undefined;
const waiting = new Set<Asker>();
let recovery: number | null = null;

/** One dial, and what is said on the connection that comes of it. */
function attempt(asker: Asker): Observable<never> {
  return defer(() => {
    dials += 1;
    let dialogue: Dialogue | undefined;
    const { connectTimeout, closeTimeout, keepAliveInitialDelay } = settings;
    return connect(settings.endpoint, { connectTimeout, closeTimeout, keepAliveInitialDelay }).pipe(
      idleTimeout(settings.idleTimeout ?? Infinity),
      switchMap((connection) => {
        dialogue = asker.begin();
        return converse(connection, dialogue, asker);
      }),
      tap({
        error: (error: unknown) => {
          const code = codeOf(error);
          count(errors, code);
          dialogue?.failed(code);
        },
        complete: () => {
          dialogue?.ended();
        },
      }),
      (whole) =>
        concat(
          whole,
          defer(() => (asker.isDone ? EMPTY : throwError(endedEarly))),
        ),
    );
  });
}

/** A server that leaves before it has answered, where that is no error: the requests come of the answers, and end with them. */
function endedEarly(): Error {
  count(errors, 'ended early, without an error');
  return new Error('ended early');
}

function converse(bytes: Connection<Buffer, Bytes>, dialogue: Dialogue, asker: Asker): Observable<never> {
  const connection = framedConnection(bytes, messages);
  const answers = connection.received.pipe(
    tap((message) => {
      dialogue.take(message);
      if (message.kind === 'answer') noteRecovery(asker);
    }),
    filter(({ kind }) => kind === 'answer'),
    share(),
  );
  // An answer makes room for the next request.
  const places = merge(range(0, settings.window), answers.pipe(concatMap(paced)));
  const requests = concat(
    defer(() => of(dialogue.hello())),
    places.pipe(
      mergeMap(() => dialogue.next()),
      takeUntil(asker.done),
    ),
  );
  const sending = settings.oneByteWrites
    ? bytes.send(requests.pipe(concatMap(byteByByte)))
    : connection.send(stalling(requests, asker, bytes));
  const bulk = connection.send(dialogue.bulk(settings.bulk, settings.bulkPayload));
  const end = defer(() => {
    connection.end();
    return EMPTY;
  });
  return merge(concat(merge(sending, bulk), end), answers.pipe(ignoreElements()));
}

function paced<T>(value: T): Observable<T> {
  return settings.pace === 0 ? of(value) : of(value).pipe(delay(settings.pace));
}

/** Each byte in a turn of its own, so that each is a write, and a segment, of its own. */
function byteByByte(message: Message): Observable<Buffer> {
  const frame = frameOf(message);
  return range(0, frame.length).pipe(concatMap((at) => timer(0).pipe(map(() => frame.subarray(at, at + 1)))));
}

let hasStalled = false;

/** Begins a frame that is never finished, once, when so many answers have come; then nothing more is said. */
function stalling(
  requests: Observable<Message>,
  asker: Asker,
  bytes: Connection<Buffer, Bytes>,
): Observable<Message> {
  if (settings.stallAfter === 0) return requests;
  return requests.pipe(
    filter((message) => {
      if (message.kind === 'hello') stalled.delete(asker);
      if (!hasStalled && asker.answered >= settings.stallAfter) {
        hasStalled = true;
        stalled.add(asker);
        bytes.write(frameOf(message).subarray(0, 10));
      }
      return !stalled.has(asker);
    }),
  );
}

const stalled = new Set<Asker>();

/** From the end of a fault until every client that is not done has had an answer. */
function noteRecovery(asker: Asker): void {
  if (markedAt === undefined) return;
  waiting.delete(asker);
  if (waiting.size > 0) return;
  recovery = performance.now() - markedAt;
  markedAt = undefined;
}

const marks = commands.pipe(filter((kind) => kind === 'mark')).subscribe(() => {
  markedAt = performance.now();
  waiting.clear();
  for (const asker of askers) if (!asker.isDone) waiting.add(asker);
});

const all = from(askers).pipe(
  mergeMap((asker) =>
    defer(() => {
      const wait = backoff({ initial: 50, max: settings.longestBackoff, random });
      // Whoever has all its answers has no reason to redial; how the connection ended is in its record.
      return attempt(asker).pipe(
        retry({ delay: (error, times) => (asker.isDone ? EMPTY : wait(error, times)) }),
      );
    }),
  ),
);
tell({ kind: 'ready' });
await lastValueFrom(all, { defaultValue: undefined });
marks.unsubscribe();
const sum = (of: (asker: Asker) => number): number => askers.reduce((total, asker) => total + of(asker), 0);
await report({
  dials,
  connections: askers.flatMap(({ connections }) => connections.map((dialogue) => dialogue.report())),
  requests: sum(({ requests }) => requests),
  asked: sum(({ asked }) => asked),
  answered: sum(({ answered }) => answered),
  answeredTwice: sum(({ answeredTwice }) => answeredTwice),
  wrongAnswers: sum(({ wrongAnswers }) => wrongAnswers),
  slowest: Math.max(...askers.map(({ slowest }) => slowest)),
  errors,
  recovery,
});
