import { between } from '../random.ts';
import { proofOf, type Message } from '../programs/message.ts';
import { Sequence } from '../programs/sequence.ts';

// So many requests may be under way.
const WINDOW = 4;
const PAYLOADS = Array.from({ length: 64 }, (_, size) => Buffer.alloc(1 + size * 24, size));

/** What all talkers together have seen. */
export interface Totals {
  connections: number;
  delivered: number;
  disorder: number;
  answeredTwice: number;
  wrongAnswers: number;
  /** Connections that ended cleanly although the server had not had everything. */
  shortened: number;
}

/** One of the clients: what has no answer is asked again on the next connection. */
export class Talker {
  readonly #random: () => number;
  readonly #totals: Totals;
  /** The requests that are under way; their payload follows from their number. */
  readonly #pending = new Set<number>();
  #nextId = 0;
  #toRepeat: number[] = [];
  #incoming = new Sequence();
  #sent = 0;
  #acknowledged = 0;

  constructor(random: () => number, totals: Totals) {
    this.#random = random;
    this.#totals = totals;
  }

  get hasPending(): boolean {
    return this.#pending.size > 0;
  }

  begin(): void {
    this.#totals.connections += 1;
    this.#incoming = new Sequence();
    this.#sent = 0;
    this.#acknowledged = 0;
    this.#toRepeat = [...this.#pending];
  }

  /** The next request, with so many notes that are to come before its answer; nothing while enough are under way. */
  *ask(wanted: number): Generator<Message> {
    if (this.#toRepeat.length > 0) yield* this.askAgain();
    else if (this.#pending.size < WINDOW) {
      if (this.#random() < 0.3) yield this.#message('note', 0, 0);
      const id = this.#nextId;
      this.#nextId += 1;
      this.#pending.add(id);
      yield this.#message('request', id, wanted);
    }
  }

  /** The next request that was lost with the last connection. */
  *askAgain(): Generator<Message> {
    const id = this.#toRepeat.shift();
    if (id !== undefined) yield this.#message('request', id, 0);
  }

  /** Asks the server to end, or to reset. */
  order(kind: 'end' | 'reset'): Message {
    return this.#message(kind, 0, 0);
  }

  take({ kind, sequence, id, acknowledged, payload }: Message): void {
    const before = this.#incoming.faults;
    this.#incoming.accept(sequence);
    this.#totals.disorder += this.#incoming.faults - before;
    this.#totals.delivered += 1;
    if (kind !== 'answer') return;
    this.#acknowledged = acknowledged;
    if (!this.#pending.delete(id)) this.#totals.answeredTwice += 1;
    if (!payload.equals(proofOf(payloadOf(id)))) this.#totals.wrongAnswers += 1;
  }

  /** The last that was sent was a request, and all are answered: so the server has had everything. */
  endedCleanly(): void {
    if (this.#acknowledged < this.#sent) this.#totals.shortened += 1;
  }

  pause(): number {
    return between(this.#random, 0, 40);
  }

  #message(kind: Message['kind'], id: number, wanted: number): Message {
    const sequence = this.#sent;
    this.#sent += 1;
    return {
      kind,
      sequence,
      id,
      acknowledged: wanted,
      payload: kind === 'request' ? payloadOf(id) : payloadOf(0),
    };
  }
}

function payloadOf(id: number): Buffer {
  return PAYLOADS[id % PAYLOADS.length] ?? Buffer.alloc(1);
}
