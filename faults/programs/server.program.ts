// The server of a scenario. It answers requests, checks what it gets, and reports when it has been told to stop.
import { from, lastValueFrom, map, merge, Subject, switchMap, tap, type Observable } from 'rxjs';
import { bind, boundedMergeMap, framed, idleTimeout, serve, type Connection } from '../../src/index.ts';
import { codeOf, count } from './error-code.ts';
import { messages, proofOf, type Message } from './message.ts';
import { commands, reporter, settings as given, tell } from './parent.ts';
import { Sequence } from './sequence.ts';
import type { ServedConnection, ServerSettings } from './server-report.ts';

const AT_A_TIME = 16;

const report = reporter();
const settings = given() as ServerSettings;
const note = Buffer.alloc(settings.payload, 'note');
const until = new Subject<void>();
const served: ServedConnection[] = [];
const refused: Record<string, number> = {};
const records = new Map<string, ServerRecord>();

/** What one connection has had and said. */
class ServerRecord {
  readonly #talk = new Sequence();
  readonly #bulk = new Sequence();
  #number: number | undefined;
  #sent = 0;

  /** What is to be said to a message. */
  take(message: Message): readonly Message[] {
    if (message.kind === 'bulk') {
      this.#bulk.accept(message.sequence);
      return [];
    }
    this.#talk.accept(message.sequence);
    if (message.kind === 'hello') this.#number = message.id;
    if (message.kind !== 'request') return [];
    const answer = this.#answerTo(message);
    return [
      ...Array.from({ length: settings.notes }, () => ({ ...answer, kind: 'note' as const, payload: note })),
      answer,
    ];
  }

  numbered(message: Message): Message {
    const sequence = this.#sent;
    this.#sent += 1;
    return { ...message, sequence };
  }

  ended(error: string | undefined): ServedConnection {
    const seen = {
      number: this.#number,
      delivered: this.#talk.delivered,
      bulk: this.#bulk.delivered,
      disorder: this.#talk.faults + this.#bulk.faults,
      sent: this.#sent,
    };
    return error === undefined ? seen : { ...seen, error };
  }

  #answerTo({ id, payload }: Message): Message {
    return { kind: 'answer', sequence: 0, id, acknowledged: this.#talk.delivered, payload: proofOf(payload) };
  }
}

function converse(connection: Connection<Message, Message>): Observable<Message> {
  const record = new ServerRecord();
  records.set(connection.id, record);
  return boundedMergeMap(connection, (message) => from(record.take(message)), AT_A_TIME).pipe(
    map((message) => record.numbered(message)),
  );
}

const { endpoint, backlog, closeTimeout, keepAliveInitialDelay, frameTimeout } = settings;
const stopped = bind(endpoint, { backlog, closeTimeout, keepAliveInitialDelay, until }).pipe(
  tap((server) => {
    // Held beyond the completion of `bind`: the drain is over when all is released.
    closed = lastValueFrom(server.closed);
    tell({ kind: 'ready' });
  }),
  switchMap((server) =>
    merge(
      server.refused.pipe(
        tap(({ error }) => {
          count(refused, error.code);
        }),
      ),
      server.connections.pipe(
        idleTimeout(settings.idleTimeout ?? Infinity),
        framed(messages, { frameTimeout }),
        serve(converse),
        tap(({ connection, error }) => {
          const record = records.get(connection.id) ?? new ServerRecord();
          records.delete(connection.id);
          served.push(record.ended(error === undefined ? undefined : codeOf(error)));
        }),
      ),
    ),
  ),
);
let closed: Promise<unknown> | undefined;
const stopping = commands.subscribe(() => {
  until.next();
});

await lastValueFrom(stopped, { defaultValue: undefined });
await closed;
stopping.unsubscribe();
await report({ served, refused });
