import type { Readable } from 'node:stream';
import { Observable, Subscription } from 'rxjs';
import type { TransportError } from '../errors/transport-error.ts';
import { errorOf, type ConnectionContext } from './connection-context.ts';
import { ExclusiveReader, type Reader, type ReaderHost } from './exclusive-reader.ts';

// What is read ahead to sense the peer's FIN while somebody sends and nobody reads: as much as one read(2) of libuv.
const READ_AHEAD = 64 * 1024;
// What is read ahead for a reader that holds. To stop and start the socket for each message would cost more than the
// message; with two marks it happens once in many.
const HOLD_HIGH = 256 * 1024;
const HOLD_LOW = 128 * 1024;

/** How the inbound side came to its end. */
export type InboundEnd = { readonly kind: 'fin' } | { readonly kind: 'lost'; readonly error: TransportError };

/** The side of a connection that an {@link Inbound} reads for. */
export interface InboundHost extends ConnectionContext {
  /** Called once: the end is known, and no reader waits for bytes that came before it. */
  onInboundSettled(): void;
}

/**
 * The reading half of a connection: it decides when the stream flows, and keeps what nobody has taken yet.
 *
 * ```text
 *            subscribe             hold
 *   paused ────────────▶ reading ───────▶ held: reads ahead up to 256 KiB, goes on below 128
 *    │  ▲ ◀──────────── unsubscribe ◀─────── release of the hold
 *    │  │                                           FIN, and all delivered  ─▶ complete
 *    ▼  │ sense(on/off): reads ahead up to 64 KiB   lost, and all delivered ─▶ error
 *   sensing
 *
 *   letGo(): nobody will read any more ─▶ discarding, so that the FIN behind is seen
 * ```
 *
 * A byte that left the kernel is kept here until a reader took it, so a loss never overtakes the bytes before it. A reader
 * that cuts the bytes into messages may have taken more than it has delivered: it says so by `retain`.
 */
export class Inbound implements ReaderHost {
  bytesRead = 0;

  readonly #stream: Readable;
  readonly #host: InboundHost;
  readonly #reader: ExclusiveReader<Buffer> = new ExclusiveReader(this);
  #pending: Buffer[] | undefined;
  #pendingBytes = 0;
  #retaining = false;
  #holds = 0;
  #sensing = false;
  #letGo = false;
  #dropped = false;
  #delivering = false;
  #stale = false;
  #flowing = false;
  #settled = false;
  #end: InboundEnd | undefined;

  constructor(stream: Readable, host: InboundHost) {
    this.#stream = stream;
    this.#host = host;
  }

  get received(): Observable<Buffer> {
    return new Observable((subscriber) => {
      this.readBy(subscriber);
    });
  }

  /** What a subscriber of `received` does. */
  readBy(reader: Reader<Buffer>): void {
    this.#reader.subscribe(reader);
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
    if (on === this.#sensing) return;
    this.#sensing = on;
    this.#flow();
  }

  /** Says that the reader has not delivered yet what it took: the end waits for it. */
  retain(retaining: boolean): void {
    if (retaining === this.#retaining) return;
    this.#retaining = retaining;
    this.#flow();
  }

  /** The reader delivers what it took. */
  delivering(isDelivering: boolean): void {
    if (isDelivering) this.#reader.enter();
    else this.#reader.leave();
  }

  /** Puts bytes back, in front of what is received next. */
  unshift(bytes: Buffer): void {
    if (bytes.length === 0 || this.#discarding) return;
    this.#pending = [bytes, ...(this.#pending ?? [])];
    this.#pendingBytes += bytes.length;
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
    if (this.#pendingBytes > 0 || this.#retaining) this.#end = undefined;
    this.#flow();
  }

  /** What comes makes no sense: the reader is told so, and nothing is read any more. */
  fail(error: TransportError): void {
    this.#end = { kind: 'lost', error };
    this.#dropped = true;
    this.#flow();
  }

  /** The stream has a chunk. */
  push(chunk: Buffer): void {
    this.bytesRead += chunk.length;
    this.#pendingBytes += chunk.length;
    if (this.#pending === undefined) this.#pending = [chunk];
    else this.#pending.push(chunk);
    this.#flow();
  }

  /** The stream has ended, by FIN or by loss; only the first end counts. */
  finish(end: InboundEnd): void {
    this.#end ??= end;
    this.#flow();
  }

  refusal(): TransportError | undefined {
    if (!this.#letGo) return undefined;
    return this.#end?.kind === 'lost' ? this.#end.error : errorOf(this.#host, 'ERR_CLOSED', 'read');
  }

  alreadyReading(): TransportError {
    return errorOf(this.#host, 'ERR_ALREADY_READING', 'read');
  }

  onThrow(cause: unknown): void {
    this.#host.onThrow(cause);
  }

  onReaderChange(): void {
    this.#flow();
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
      const chunk = this.#shift();
      if (chunk === undefined) break;
      this.#reader.next(chunk);
    }
    if (this.#discarding) {
      this.#pending = undefined;
      this.#pendingBytes = 0;
      this.#retaining = false;
    }
    if (this.#end !== undefined && this.#pendingBytes === 0 && !this.#retaining)
      this.#reader.finish(this.#end.kind === 'lost' ? this.#end.error : undefined);
  }

  #shift(): Buffer | undefined {
    const pending = this.#pending;
    if (pending === undefined) return undefined;
    const chunk = pending.shift();
    // An idle connection keeps no array.
    if (pending.length === 0) this.#pending = undefined;
    this.#pendingBytes -= chunk?.length ?? 0;
    return chunk;
  }

  #pauseOrResume(): void {
    const readAhead = this.#reader.present ? (this.#flowing ? HOLD_HIGH : HOLD_LOW) : READ_AHEAD;
    const wanted = this.#reader.present || this.#sensing;
    const flowing = this.#discarding || (wanted && this.#pendingBytes < readAhead);
    if (flowing === this.#flowing) return;
    this.#flowing = flowing;
    if (flowing) this.#stream.resume();
    else this.#stream.pause();
  }

  #settle(): void {
    if (this.#end === undefined || this.#reader.present || this.#settled) return;
    if (this.#retaining) return;
    this.#settled = true;
    this.#host.onInboundSettled();
  }
}
