// The server of the soak. It does what its clients ask for, and measures itself when none of them is there.
import {
  filter,
  from,
  lastValueFrom,
  map,
  merge,
  Subject,
  switchMap,
  takeWhile,
  tap,
  type Observable,
} from 'rxjs';
import { bind, boundedMergeMap, framed, idleTimeout, serve, type Connection } from '../../src/index.ts';
import { codeOf, count } from '../programs/error-code.ts';
import { messages, proofOf, type Message } from '../programs/message.ts';
import { commands, reporter, settings as given } from '../programs/parent.ts';
import { Sequence } from '../programs/sequence.ts';
import { measuring, snapshot, tellSoak } from './measure.ts';
import type { SoakSettings } from './soak-report.ts';

const AT_A_TIME = 16;
const NOTE = Buffer.alloc(4096, 'note');
const IDLE = 5_000;
const FRAME = 1_000;
// What the clients do to us, or have us do: any other code is a complaint.
const EXPECTED = [
  'ERR_ABORTED',
  'ERR_CLOSE_TIMEOUT',
  'ERR_CONNECTION_RESET',
  'ERR_FRAME_TIMEOUT',
  'ERR_FRAME_TRUNCATED',
  'ERR_IDLE_TIMEOUT',
];

const report = reporter();
const settings = given() as SoakSettings;
const errors: Record<string, number> = {};
const until = new Subject<void>();
let connections = 0;
let delivered = 0;
let disorder = 0;
let round = 0;

function converse(connection: Connection<Message, Message>): Observable<Message> {
  const incoming = new Sequence();
  let sent = 0;
  connections += 1;
  return boundedMergeMap(connection, (message) => from(answer(message)), AT_A_TIME).pipe(
    takeWhile(({ kind }) => kind !== 'end'),
    map((message) => ({ ...message, sequence: sent++ })),
  );

  function answer(message: Message): readonly Message[] {
    const before = incoming.faults;
    incoming.accept(message.sequence);
    disorder += incoming.faults - before;
    delivered += 1;
    if (message.kind === 'reset') connection.abort();
    if (message.kind === 'end') return [message];
    if (message.kind !== 'request') return [];
    const { id, payload, acknowledged: wanted } = message;
    const reply = { sequence: 0, id, acknowledged: incoming.delivered };
    const notes = Array.from({ length: wanted }, () => ({ ...reply, kind: 'note' as const, payload: NOTE }));
    return [...notes, { ...reply, kind: 'answer', payload: proofOf(payload) }];
  }
}

let closed: Promise<unknown> | undefined;
let measure = measuring();
const serving = bind(settings.endpoint, { until, closeTimeout: 1_000 }).pipe(
  tap((server) => {
    closed = lastValueFrom(server.closed);
    measure = measuring();
    tellSoak({ kind: 'ready', endpoint: server.endpoint });
  }),
  switchMap((server) =>
    merge(
      server.refused.pipe(
        tap(({ error }) => {
          count(errors, `refused: ${error.code}`);
        }),
      ),
      server.connections.pipe(
        idleTimeout(IDLE),
        framed(messages, { frameTimeout: FRAME }),
        serve(converse),
        tap(({ error }) => {
          if (error !== undefined) count(errors, codeOf(error));
        }),
      ),
    ),
  ),
);

const told = merge(
  commands.pipe(
    filter((kind) => kind === 'pause'),
    // The clients are gone, and we wait for what they leave.
    switchMap(() => from(measure())),
    tap((measured) => {
      round += 1;
      tellSoak({ kind: 'measured', round, measure: measured });
    }),
  ),
  commands.pipe(
    filter((kind) => kind === 'snapshot'),
    tap(() => {
      snapshot(settings.folder, 'server');
    }),
  ),
  commands.pipe(
    filter((kind) => kind === 'stop'),
    tap(() => {
      until.next();
    }),
  ),
).subscribe();

await lastValueFrom(serving, { defaultValue: undefined });
await closed;
told.unsubscribe();
const unexpected = Object.keys(errors).filter((code) => !EXPECTED.includes(code));
await report({
  connections,
  delivered,
  disorder,
  errors,
  complaints: unexpected.map((code) => `the server has seen ${code}`),
});
