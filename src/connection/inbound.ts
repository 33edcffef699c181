import type { Readable } from 'node:stream';
import { Observable, Subscription } from 'rxjs';
import type { TransportError } from '../errors/transport-error.ts';
import { errorOf, type ConnectionContext } from './connection-context.ts';
import { ExclusiveReader, type InboundEnd } from './exclusive-reader.ts';

// What is read ahead to sense the peer's FIN while somebody sends and nobody reads: as much as one read(2) of libuv.
const READ_AHEAD = 64 * 1024;

/**
 * The reading half of a connection: it decides when the stream flows, and keeps what nobody has taken yet.
 *
 * ```text
 *            subscribe             hold
 *   paused ────────────▶ reading ───────▶ held
 *    │  ▲ ◀──────────── unsubscribe ◀─────── release of the hold
 *    │  │                                           FIN, and all delivered  ─▶ complete
 *    ▼  │ sense(on/off): reads ahead, bounded       lost, and all delivered ─▶ error
 *   sensing
 *
 *   letGo(): nobody will read any more ─▶ discarding, so that the FIN behind is seen
 * ```
 *
 * A byte that left the kernel is kept here until a reader took it, so a loss never overtakes the bytes before it.
 */
export class Inbound {
  readonly received: Observable<Buffer>;
  bytesRead = 0;

  readonly #stream: Readable;
  readonly #onSettled: () => void;
  readonly #reader: ExclusiveReader;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #holds = 0;
  #sensing = false;
  #letGo = false;
  #dropped = false;
  #delivering = false;
  #stale = false;
  #flowing = false;
  #settled = false;
  #end: InboundEnd | undefined;

  /** `onSettled` is called once: the end is known, and no reader waits for bytes that came before it. */
  constructor(stream: Readable, context: ConnectionContext, onSettled: () => void) {
    this.#stream = stream;
    this.#onSettled = onSettled;
    this.#reader = new ExclusiveReader({
      refusal: () => (this.#letGo ? (this.#loss ?? errorOf(context, 'ERR_CLOSED', 'read')) : undefined),
      alreadyReading: () => errorOf(context, 'ERR_ALREADY_READING', 'read'),
      callOut: context.callOut,
      onChange: () => {
        this.#flow();
      },
    });
    this.received = new Observable((subscriber) => {
      this.#reader.subscribe(subscriber);
    });
  }

  get end(): InboundEnd | undefined {
    return this.#end;
  }

  /** The end is known, and no reader waits for bytes that came before it. */
  get settled(): boolean {
    return this.#settled;
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

  /** The owner lets go: a reader may finish, and what nobody reads is thrown away. */
  letGo(): void {
    this.#letGo = true;
    this.#flow();
  }

  /** An abort: what no reader took yet is thrown away, so that the reason reaches even a reader that holds. */
  drop(): void {
    this.#dropped = true;
    // With bytes missing before it, a FIN that was seen is no clean end any more.
    if (this.#pending.length > 0) this.#end = undefined;
    this.#flow();
  }

  /** The stream has a chunk. */
  push(chunk: Buffer): void {
    this.bytesRead += chunk.length;
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    this.#flow();
  }

  /** The stream has ended, by FIN or by loss; only the first end counts. */
  finish(end: InboundEnd): void {
    this.#end ??= end;
    this.#flow();
  }

  get #loss(): TransportError | undefined {
    return this.#end?.kind === 'lost' ? this.#end.error : undefined;
  }

  get #discarding(): boolean {
    return this.#dropped || (this.#letGo && !this.#reader.present);
  }

  /** Brings the stream, the reader and the end in line with the state. Every change of the state calls it. */
  #flow(): void {
    this.#stale = true;
    // From within `next`: the loop below looks at everything again.
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      while (this.#stale) {
        this.#stale = false;
        this.#deliver();
      }
    } finally {
      this.#delivering = false;
    }
    this.#pauseOrResume();
    this.#settle();
  }

  #deliver(): void {
    while (this.#reader.present && this.#holds === 0 && !this.#dropped) {
      const chunk = this.#pending.shift();
      if (chunk === undefined) break;
      this.#pendingBytes -= chunk.length;
      this.#reader.next(chunk);
    }
    if (this.#discarding) {
      this.#pending = [];
      this.#pendingBytes = 0;
    }
    if (this.#end !== undefined && this.#pending.length === 0) this.#reader.finish(this.#end);
  }

  #pauseOrResume(): void {
    const reading = this.#reader.present && this.#holds === 0;
    const sensing = !this.#reader.present && this.#sensing && this.#pendingBytes < READ_AHEAD;
    const flowing = reading || sensing || this.#discarding;
    if (flowing === this.#flowing) return;
    this.#flowing = flowing;
    if (flowing) this.#stream.resume();
    else this.#stream.pause();
  }

  #settle(): void {
    if (this.#end === undefined || this.#reader.present || this.#settled) return;
    this.#settled = true;
    this.#onSettled();
  }
}
