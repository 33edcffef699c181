import type { Readable } from 'node:stream';
import { Observable, Subscription, type Subscriber } from 'rxjs';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { TransportError } from '../errors/transport-error.ts';

// What is read ahead to sense the peer's FIN while somebody sends and nobody reads: as much as one read(2) of libuv.
const READ_AHEAD = 64 * 1024;

/** How the inbound side came to its end. */
export type InboundEnd = { readonly kind: 'fin' } | { readonly kind: 'lost'; readonly error: TransportError };

/**
 * The reading half of a connection: it decides when the stream flows, and who gets its bytes.
 *
 * ```text
 *            subscribe             hold
 *   paused ────────────▶ reading ───────▶ held
 *    │  ▲ ◀──────────── unsubscribe ◀─────── release
 *    │  │                                            FIN, and all delivered  ─▶ complete
 *    ▼  │ sense(on/off): reads ahead, bounded        lost, and all delivered ─▶ error
 *   sensing
 *    release(): nobody will read any more ─▶ discarding
 * ```
 *
 * A byte that left the kernel is kept here until a reader took it, so a loss never overtakes the bytes before it.
 */
export class Inbound {
  readonly received: Observable<Buffer>;
  bytesRead = 0;

  readonly #stream: Readable;
  readonly #remote: Endpoint;
  readonly #onSettled: () => void;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #reader: Subscriber<Buffer> | undefined;
  // Who subscribed from within the reader's `next`, as in `received.pipe(take(1), switchMap(() => received))`:
  // `take` unsubscribes only after `next` has returned, so the newcomer is asked to wait until then.
  #successor: Subscriber<Buffer> | undefined;
  #holds = 0;
  #sensing = false;
  #released = false;
  #dropped = false;
  #delivering = false;
  #stale = false;
  #flowing = false;
  #settled = false;
  #end: InboundEnd | undefined;

  /** `onSettled` is called once: the end is known, and no reader waits for bytes that came before it. */
  constructor(stream: Readable, remote: Endpoint, onSettled: () => void) {
    this.#stream = stream;
    this.#remote = remote;
    this.#onSettled = onSettled;
    this.received = new Observable((subscriber) => this.#subscribe(subscriber));
  }

  get end(): InboundEnd | undefined {
    return this.#end;
  }

  hold(): Subscription {
    this.#holds += 1;
    this.#flow();
    return new Subscription(() => {
      this.#holds -= 1;
      this.#flow();
    });
  }

  sense(on: boolean): void {
    this.#sensing = on;
    this.#flow();
  }

  /** The owner lets go: a reader may finish, but what nobody reads is thrown away so that the FIN behind it is seen. */
  release(): void {
    this.#released = true;
    this.#flow();
  }

  /** An abort: what no reader took yet is thrown away, so that the reason reaches even a reader that holds. */
  drop(): void {
    this.#dropped = true;
    this.#flow();
  }

  /** The stream has a chunk. */
  push(chunk: Buffer): void {
    this.bytesRead += chunk.length;
    if (this.#discarding) return;
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    this.#flow();
  }

  /** The stream has ended, by FIN or by loss; only the first end counts. */
  finish(end: InboundEnd): void {
    this.#end ??= end;
    this.#flow();
  }

  get #discarding(): boolean {
    return this.#dropped || (this.#released && this.#reader === undefined);
  }

  #subscribe(subscriber: Subscriber<Buffer>): void {
    if (this.#reader === undefined) this.#admit(subscriber);
    else if (this.#delivering && this.#successor === undefined) this.#successor = subscriber;
    else subscriber.error(this.#failure('ERR_ALREADY_READING'));
  }

  #admit(subscriber: Subscriber<Buffer>): void {
    if (this.#released) {
      subscriber.error(this.#end?.kind === 'lost' ? this.#end.error : this.#failure('ERR_CLOSED'));
      return;
    }
    subscriber.add(() => {
      if (this.#reader === subscriber) this.#reader = undefined;
      this.#flow();
    });
    this.#reader = subscriber;
    this.#flow();
  }

  #admitSuccessor(): void {
    const successor = this.#successor;
    this.#successor = undefined;
    if (successor === undefined || successor.closed) return;
    if (this.#reader === undefined) this.#admit(successor);
    else successor.error(this.#failure('ERR_ALREADY_READING'));
  }

  /** Brings the stream, the reader and the end in line with the state. Every change of the state calls it. */
  #flow(): void {
    this.#stale = true;
    if (this.#delivering) return;
    this.#delivering = true;
    while (this.#stale) {
      this.#stale = false;
      this.#deliver();
    }
    this.#delivering = false;
    this.#pauseOrResume();
    this.#settle();
  }

  #deliver(): void {
    // A reader can unsubscribe, hold or abort from within `next`, so all is looked at again for each chunk.
    while (this.#reader !== undefined && this.#holds === 0 && !this.#dropped) {
      const chunk = this.#pending.shift();
      if (chunk === undefined) break;
      this.#pendingBytes -= chunk.length;
      this.#reader.next(chunk);
      this.#admitSuccessor();
    }
    if (this.#discarding) this.#discard();
    const caughtUp = this.#pending.length === 0;
    if (this.#end !== undefined && caughtUp) this.#terminate(this.#end);
  }

  #discard(): void {
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  #terminate(end: InboundEnd): void {
    const reader = this.#reader;
    this.#reader = undefined;
    if (end.kind === 'fin') reader?.complete();
    else reader?.error(end.error);
  }

  #pauseOrResume(): void {
    const reading = this.#reader !== undefined && this.#holds === 0;
    const sensing = this.#reader === undefined && this.#sensing && this.#pendingBytes < READ_AHEAD;
    const flowing = reading || sensing || this.#discarding;
    if (flowing === this.#flowing) return;
    this.#flowing = flowing;
    if (flowing) this.#stream.resume();
    else this.#stream.pause();
  }

  #settle(): void {
    if (this.#end === undefined || this.#reader !== undefined || this.#settled) return;
    this.#settled = true;
    this.#onSettled();
  }

  #failure(code: 'ERR_ALREADY_READING' | 'ERR_CLOSED'): TransportError {
    return new TransportError(code, { phase: 'read', endpoint: this.#remote });
  }
}
