import { Observable, type Unsubscribable } from 'rxjs';
import { TransportError } from '../src/index.ts';
import type { ObservedEnd } from './observed-end.ts';

/**
 * What a reader does with what it gets: `all` takes it, `one` leaves from within `next`, `hold` holds from within `next`, and
 * `echo` answers from within `next`, a few times.
 */
export type ReadingWay = 'all' | 'one' | 'hold' | 'echo';

// Two that echo to each other would never stop.
const ECHOES = 3;

/** The readers of one end, one after the other, and what they got. */
export class ObservedReader {
  /** Bytes that all of them got. */
  delivered = 0;
  /** How the last of them was told that it is over: `complete` or a code. */
  terminal: string | undefined;
  /** Somebody has held while reading: what was read ahead then stays. */
  everHeld = false;
  /** It came when the peer may have ended already. */
  late = false;
  /** Nobody can have got all, because what came was thrown away. */
  missed = false;
  readonly #end: ObservedEnd;
  #subscription: Unsubscribable | undefined;
  #generation = 0;
  #echoes = 0;
  #way: ReadingWay = 'all';

  constructor(end: ObservedEnd) {
    this.#end = end;
  }

  /** Somebody reads, and was not told that it is over. */
  get active(): boolean {
    return this.#end.model.reading;
  }

  read(way: ReadingWay): void {
    const { model, ledger, name, connection } = this.#end;
    this.#generation += 1;
    const generation = this.#generation;
    this.late = !model.whole;
    model.reading = true;
    model.touched = true;
    this.#echoes = 0;
    this.#way = way;
    const mine = (): boolean => model.reading && generation === this.#generation;
    // Known before the first chunk comes, which may be at once, and be the last that is wanted.
    const received = new Observable<Buffer>((subscriber) => {
      this.#subscription = subscriber;
      connection.received.subscribe(subscriber);
    });
    received.subscribe({
      next: (chunk) => {
        ledger.check('afterEnd', mine(), () => `${name} got ${chunk.length} bytes after its reader had left`);
        this.#onChunk(chunk);
      },
      error: (error: unknown) => {
        ledger.check('afterEnd', mine(), () => `${name} failed after its reader had left`);
        this.#onError(error);
      },
      complete: () => {
        ledger.check('afterEnd', mine(), () => `${name} completed after its reader had left`);
        this.#onComplete();
      },
    });
  }

  /** Somebody else tries to read at the same time. */
  readTwice(): void {
    const { ledger, name, connection } = this.#end;
    let outcome = 'nothing';
    connection.received
      .subscribe({
        next: () => (outcome = 'a value'),
        error: (error: unknown) => (outcome = codeOf(error)),
        complete: () => (outcome = 'complete'),
      })
      .unsubscribe();
    ledger.check(
      'oneReader',
      outcome === 'ERR_ALREADY_READING',
      () => `the second reader of ${name} got ${outcome}`,
    );
  }

  /** From now on it takes all, and does nothing else. */
  takeAll(): void {
    this.#way = 'all';
  }

  leave(): void {
    const { model } = this.#end;
    model.reading = false;
    // What comes to a connection that was let go, and that nobody reads, is thrown away.
    if (model.letGo) this.missed = true;
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
  }

  #onChunk(chunk: Buffer): void {
    const { model, ledger, name, incoming } = this.#end;
    this.delivered += chunk.length;
    ledger.check(
      'held',
      model.holds === 0,
      () => `${name} got ${chunk.length} bytes with ${model.holds} holds`,
    );
    ledger.check('order', chunk.length > 0, () => `${name} got an empty chunk`);
    ledger.check(
      'order',
      incoming?.take(chunk) === true,
      () => `${name} got other bytes than were sent, among its first ${this.delivered}`,
    );
    if (this.#way === 'one') this.leave();
    if (this.#way === 'hold') this.#end.hold();
    if (this.#way === 'echo' && this.#echoes < ECHOES) {
      this.#echoes += 1;
      this.#end.write({ size: 10 + this.#echoes, text: false });
    }
  }

  #onComplete(): void {
    const { model, ledger, name, peer } = this.#end;
    model.reading = false;
    this.terminal = 'complete';
    ledger.count('received: complete');
    ledger.check('completion', model.mayComplete(), () => `${name} completed, and nobody has ended anything`);
    if (model.pair.broken || peer === undefined) return;
    const answers = peer.model.role === 'accepted' && !peer.model.finished && peer.sending;
    ledger.check('halfClose', !answers, () => `${name} completed, and its peer is still sending`);
    ledger.check(
      'fin',
      this.delivered >= peer.accepted,
      () => `${name} completed after ${this.delivered} bytes, of ${peer.accepted} that its peer had accepted`,
    );
  }

  #onError(error: unknown): void {
    const { model, ledger, name, connection } = this.#end;
    model.reading = false;
    this.terminal = codeOf(error);
    ledger.count(`received: ${this.terminal}`);
    ledger.check(
      'errors',
      TransportError.is(error) && error.connectionId === connection.id,
      () => `${name} failed with ${String(error)}`,
    );
    ledger.check(
      'clean',
      model.pair.broken || (this.terminal === 'ERR_CLOSED' && model.letGo),
      () => `${name} failed with ${this.terminal ?? ''}, and nothing was broken`,
    );
  }
}

function codeOf(error: unknown): string {
  return TransportError.is(error) ? error.code : String(error);
}
