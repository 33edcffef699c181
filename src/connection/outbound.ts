import type { Duplex } from 'node:stream';
import {
  BehaviorSubject,
  defer,
  distinctUntilChanged,
  map,
  of,
  type Observable,
  type Subscriber,
} from 'rxjs';
import type { TransportError } from '../errors/transport-error.ts';
import { encoded } from '../framing/buffer-sink.ts';
import type { Encode } from '../framing/byte-sink.ts';
import { encodeBytes } from '../framing/bytes.ts';
import { callOut, errorOf, guarded, located, type ConnectionContext } from './connection-context.ts';
import { FlushPace } from './flush-pace.ts';
import { FlushWaiters } from './flush-waiters.ts';
import type { StreamTraits } from './stream-traits.ts';
import { borrowWriteBuffer, giveBackWriteBuffer, type WriteBuffer } from './write-buffer.ts';

// Over the high mark the peer is too slow; under the low mark there is room again. Two marks, so that the state does
// not flap with each write. 64 KiB is one write of a busy loopback socket.
const HIGH_MARK = 64 * 1024;
const LOW_TO_HIGH = 1 / 4;
// What a long turn writes goes out in parts of this size, so that the same half of a slab is used again and again.
const EARLY_FLUSH = 32 * 1024;

/** The side of a connection that an {@link Outbound} writes for. */
export interface OutboundHost extends ConnectionContext {
  /** The kernel has taken more. */
  onFlushed(): void;
}

/**
 * The writing half of a connection: it gathers what is written in a tick, and counts what waits for the peer.
 *
 * ```text
 *            end                  stream finished, or lost
 *   open ──────────▶ ended ──────────────▶ gone
 *     └──────────────────────────────────────▲
 *
 *   put ─▶ buffer ─── end of the tick, or 32 KiB ──▶ stream ──▶ kernel
 *            ▲ └──── waits while the stream is at work ────┘
 * ```
 *
 * Bytes are counted three times: when accepted, when handed to the stream, and when the kernel has them. Node's own 'drain'
 * is not used: it has one mark only, and never comes after destroy.
 */
export class Outbound {
  refused = 0;

  readonly #stream: Duplex;
  readonly #traits: StreamTraits;
  readonly #host: OutboundHost;
  readonly #limit: number;
  readonly #highMark: number;
  // Borrowed while something is gathered or with the stream: of many connections, few write at the same time.
  #buffer: WriteBuffer | undefined;
  // An encoder is at work, and what it has written to this very connection meanwhile.
  #encoding = false;
  #nested: Buffer[] | undefined;
  readonly #pace: FlushPace;
  #congestion: BehaviorSubject<boolean> | undefined;
  #waiters: FlushWaiters | undefined;
  #state: 'open' | 'ended' | 'gone' = 'open';
  #congested = false;
  #accepted = 0;
  #handedOver = 0;
  #flushed = 0;
  #told = 0;
  // Writes that the stream has not called back for, and whether it still has bytes of them.
  #callbacksDue = 0;
  #busy = false;
  readonly #onWritten = (error?: Error | null): void => {
    this.#callbacksDue -= 1;
    // destroy() cuts a write short and may still call back without an error.
    if (error || this.#stream.destroyed || this.#callbacksDue > 0) return;
    if (this.#busy) {
      this.#taken(this.#traits.allInKernel(this.#stream));
      this.flush();
    }
    this.#giveBack();
  };

  constructor(stream: Duplex, traits: StreamTraits, host: OutboundHost, maxWriteBuffer: number) {
    this.#stream = stream;
    this.#traits = traits;
    this.#host = host;
    this.#pace = new FlushPace(this, traits.loop);
    this.#limit = maxWriteBuffer;
    // Half of the limit at the most, so that who minds `congested` never meets the limit.
    this.#highMark = Math.max(1, Math.min(HIGH_MARK, maxWriteBuffer / 2));
  }

  /** Present state of congestion, then its changes. */
  get congested(): Observable<boolean> {
    return defer(() => {
      if (this.#state === 'gone') return of(false);
      const changes = (this.#congestion ??= new BehaviorSubject(this.#congested));
      return changes.pipe(
        map(() => this.#congested),
        distinctUntilChanged(),
      );
    }).pipe(guarded(this.#host));
  }

  get open(): boolean {
    return this.#state === 'open';
  }

  get isCongested(): boolean {
    return this.#congested;
  }

  /** Whether the next value is welcome. */
  get hasRoom(): boolean {
    return this.#state === 'open' && !this.#congested;
  }

  /** Bytes that the kernel has. */
  get bytesWritten(): number {
    return this.#flushed;
  }

  /** All bytes that were ever accepted. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Bytes that were accepted and wait for the peer. */
  get waiting(): number {
    return this.#accepted - this.#flushed;
  }

  /**
   * Accepts a message, to be sent at the end of this tick; throws what the encoder throws.
   *
   * @returns false when it would fill the buffer over its limit, and nothing was accepted. One that is larger alone may go
   * when none waits.
   */
  put<Out>(message: Out, encode: Encode<Out>, bounded: boolean): boolean {
    if (this.#encoding) return this.#putLater(message, encode);
    const buffer = (this.#buffer ??= borrowWriteBuffer());
    this.#encoding = true;
    try {
      encode(message, buffer);
    } catch (error) {
      buffer.rollBack();
      this.#encoded();
      throw located(error, this.#host);
    }
    // The encoder is not ours: it may have ended the connection.
    if (!this.open) {
      buffer.rollBack();
      this.#encoded();
      this.refused += 1;
      return true;
    }
    const bytes = buffer.uncommitted;
    const { waiting } = this;
    if (bounded && waiting > 0 && waiting + bytes > this.#limit) {
      buffer.rollBack();
      this.#encoded();
      return false;
    }
    buffer.commit();
    this.#encoding = false;
    this.#accepted += bytes;
    if (!this.#busy && bytes > 0) {
      this.#pace.schedule();
      if (this.#pace.wrote() || buffer.size >= EARLY_FLUSH) this.#handOver();
    }
    // After the early flush, because what the kernel has taken does not wait.
    if (this.waiting >= this.#highMark) this.#setCongested(true);
    if (this.#nested !== undefined) this.#putNested();
    return true;
  }

  /** What an encoder writes to its own connection comes behind the message that it is at, whole. */
  #putLater<Out>(message: Out, encode: Encode<Out>): boolean {
    const bytes = this.#toBuffer(message, encode);
    if (this.#nested === undefined) this.#nested = [bytes];
    else this.#nested.push(bytes);
    return true;
  }

  #toBuffer<Out>(message: Out, encode: Encode<Out>): Buffer {
    try {
      return encoded(encode, message);
    } catch (error) {
      throw located(error, this.#host);
    }
  }

  /** The encoder is done, one way or another. */
  #encoded(): void {
    this.#encoding = false;
    if (this.#nested !== undefined) this.#putNested();
  }

  #putNested(): void {
    const nested = this.#nested;
    this.#nested = undefined;
    for (const bytes of nested ?? []) {
      if (this.open) this.put(bytes, encodeBytes, false);
      else this.refused += 1;
    }
  }

  /** Something was received: what is written until `answered` may be the answer that the peer waits for. */
  heard(): void {
    this.#pace.delivering();
  }

  /** What was received has been delivered. */
  answered(): void {
    this.#pace.delivered();
  }

  /** Runs what is to go on in the next turn of the event loop. */
  later(task: () => void): void {
    this.#traits.loop.setImmediate(task, undefined);
  }

  /** Completes the subscriber once all that was accepted until now is in the kernel. */
  completeWhenFlushed(subscriber: Subscriber<never>): void {
    if (this.waiting === 0) this.#complete(subscriber);
    else (this.#waiters ??= new FlushWaiters()).add({ mark: this.#accepted, subscriber });
  }

  /** FIN after what was written. */
  end(): void {
    if (this.#state !== 'open') return;
    // An encoder that ends its connection has not finished its message; what it wrote before counts.
    this.#buffer?.rollBack();
    this.#encoded();
    this.#state = 'ended';
    this.#handOver();
    if (this.#told !== this.#flushed) this.#pace.schedule();
    this.#traits.end(this.#stream);
  }

  /** The stream is closed: nothing waits for the peer any more, and nobody needs to be held back on its account. */
  gone(): void {
    this.#tell();
    this.#state = 'gone';
    this.#buffer?.clear();
    this.#buffer = undefined;
    this.#waiters = undefined;
    this.#setCongested(false);
    this.#congestion?.complete();
  }

  /** Hands what was gathered to the stream, unless that is still at work: then it goes when that is done. */
  flush(): void {
    if (!this.#busy) this.#handOver();
    if (this.#state !== 'gone') this.#tell();
  }

  overflowError(): TransportError {
    const detail = `${this.waiting} bytes wait for the peer, and maxWriteBuffer is ${this.#limit}`;
    return errorOf(this.#host, 'ERR_WRITE_OVERFLOW', 'write', detail);
  }

  closedError(): TransportError {
    return errorOf(this.#host, 'ERR_CLOSED', 'write');
  }

  #handOver(): void {
    const buffer = this.#buffer;
    if (buffer === undefined || buffer.size === 0 || this.#stream.destroyed) return;
    this.#busy = true;
    this.#callbacksDue += 1;
    this.#handedOver = this.#accepted;
    this.#pace.flushed();
    buffer.handOver(this.#stream, this.#onWritten);
    // The usual case: the kernel has taken all of it within the call. The callback comes later, and has nothing to do.
    if (this.#traits.allInKernel(this.#stream)) this.#taken(true);
  }

  /** The stream has no bytes left; nobody is told yet, because this may be in the middle of somebody's `write`. */
  #taken(inKernel: boolean): void {
    this.#busy = false;
    this.#flushed = this.#handedOver;
    this.#buffer?.written(inKernel);
  }

  /** An encoder may be at work on it all the same, where a stream calls back from within. */
  #giveBack(): void {
    const buffer = this.#buffer;
    if (buffer === undefined || buffer.size > 0 || this.#busy || this.#encoding) return;
    this.#buffer = undefined;
    giveBackWriteBuffer(buffer);
  }

  /** Tells who waits for what the kernel has taken. */
  #tell(): void {
    if (this.#told === this.#flushed) return;
    this.#told = this.#flushed;
    if (this.#congested && this.waiting <= this.#highMark * LOW_TO_HIGH) this.#setCongested(false);
    this.#waiters?.advance(this.#flushed, (subscriber) => {
      this.#complete(subscriber);
    });
    this.#host.onFlushed();
  }

  #setCongested(congested: boolean): void {
    this.#congested = congested;
    // A subscriber that writes when there is room may change it again, and has to know at once, so that it writes no more. Those who
    // have not been told of the room yet are told what is so by then.
    if (this.#congestion?.value !== congested) this.#congestion?.next(congested);
  }

  #complete(subscriber: Subscriber<never>): void {
    callOut(this.#host, () => {
      subscriber.complete();
    });
  }
}
