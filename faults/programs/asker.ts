import { AsyncSubject, type Observable } from 'rxjs';
import { between, randomFrom } from '../random.ts';
import { proofOf, type Message } from './message.ts';
import type { ClientSettings, DialledConnection } from './client-report.ts';
import { Sequence } from './sequence.ts';

interface Request {
  readonly id: number;
  readonly payload: Buffer;
  askedAt: number | undefined;
}

/** One client that wants answers: it asks again on a new connection what was not answered on the last. */
export class Asker {
  readonly requests: number;
  /** Emits and completes when the last answer has come; replays. */
  readonly done: Observable<void>;
  readonly connections: Dialogue[] = [];
  asked = 0;
  answered = 0;
  answeredTwice = 0;
  wrongAnswers = 0;
  slowest = 0;
  readonly #settings: ClientSettings;
  readonly #done = new AsyncSubject<void>();
  readonly #random: () => number;
  readonly #unanswered = new Map<number, Request>();
  readonly #number: number;

  constructor(number: number, settings: ClientSettings) {
    this.#number = number;
    this.#settings = settings;
    this.done = this.#done.asObservable();
    this.#random = randomFrom(settings.seed + number);
    this.requests = settings.requests;
    for (let id = 0; id < settings.requests; id += 1) {
      this.#unanswered.set(id, { id, payload: this.payload(), askedAt: undefined });
    }
  }

  get isDone(): boolean {
    return this.#unanswered.size === 0;
  }

  /** A new connection. */
  begin(): Dialogue {
    const number = this.#number * 10_000 + this.connections.length;
    const dialogue = new Dialogue(number, this, [...this.#unanswered.keys()]);
    this.connections.push(dialogue);
    return dialogue;
  }

  ask(id: number): Request | undefined {
    const request = this.#unanswered.get(id);
    if (request === undefined) return undefined;
    this.asked += 1;
    request.askedAt ??= performance.now();
    return request;
  }

  settle({ id, payload }: Message): void {
    const request = this.#unanswered.get(id);
    if (request === undefined) {
      this.answeredTwice += 1;
      return;
    }
    if (!payload.equals(proofOf(request.payload))) this.wrongAnswers += 1;
    this.#unanswered.delete(id);
    this.answered += 1;
    this.slowest = Math.max(this.slowest, performance.now() - (request.askedAt ?? 0));
    if (!this.isDone) return;
    this.#done.next();
    this.#done.complete();
  }

  payload(): Buffer {
    return Buffer.alloc(between(this.#random, 1, this.#settings.payload), between(this.#random, 1, 255));
  }

  get notes(): number {
    return this.#settings.notes;
  }
}

/** What is said on one connection. */
export class Dialogue {
  readonly #number: number;
  readonly #asker: Asker;
  readonly #toAsk: number[];
  readonly #incoming = new Sequence();
  #sent = 0;
  #bulkSent = 0;
  #acknowledged = 0;
  #error: string | undefined;
  #clean = false;

  constructor(number: number, asker: Asker, toAsk: number[]) {
    this.#number = number;
    this.#asker = asker;
    this.#toAsk = toAsk;
  }

  hello(): Message {
    return this.#message('hello', this.#number, Buffer.alloc(0));
  }

  /** The next request that has no answer yet, with the notes before it; nothing when all were asked. */
  *next(): Generator<Message> {
    const id = this.#toAsk.shift();
    const request = id === undefined ? undefined : this.#asker.ask(id);
    if (request === undefined) return;
    for (let note = 0; note < this.#asker.notes; note += 1) {
      yield this.#message('note', 0, this.#asker.payload());
    }
    yield this.#message('request', request.id, request.payload);
  }

  /** So many messages, each made when it is asked for. */
  *bulk(length: number, bytes: number): Generator<Message> {
    const payload = Buffer.alloc(bytes, 'bulk');
    for (let sequence = 0; sequence < length; sequence += 1) {
      this.#bulkSent += 1;
      yield { kind: 'bulk', sequence, id: 0, acknowledged: 0, payload };
    }
  }

  take(message: Message): void {
    this.#incoming.accept(message.sequence);
    if (message.kind !== 'answer') return;
    this.#acknowledged = Math.max(this.#acknowledged, message.acknowledged);
    this.#asker.settle(message);
  }

  failed(code: string): void {
    this.#error = code;
  }

  ended(): void {
    this.#clean = true;
  }

  report(): DialledConnection {
    const seen = {
      number: this.#number,
      sent: this.#sent,
      bulkSent: this.#bulkSent,
      delivered: this.#incoming.delivered,
      disorder: this.#incoming.faults,
      acknowledged: this.#acknowledged,
      clean: this.#clean,
    };
    return this.#error === undefined ? seen : { ...seen, error: this.#error };
  }

  #message(kind: Message['kind'], id: number, payload: Buffer): Message {
    const sequence = this.#sent;
    this.#sent += 1;
    return { kind, sequence, id, acknowledged: 0, payload };
  }
}
