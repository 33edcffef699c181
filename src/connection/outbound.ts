import type { Writable } from 'node:stream';
import { BehaviorSubject, defer, of, type Observable, type Subscriber } from 'rxjs';
import { isUint8Array } from 'node:util/types';
import type { TransportError } from '../errors/transport-error.ts';
import { errorOf, guarded, type ConnectionContext } from './connection-context.ts';
import { FlushWaiters } from './flush-waiters.ts';

// Over the high mark the peer is too slow; under the low mark there is room again. Two marks, so that the state does
// not flap with each write. 64 KiB is one write of a busy loopback socket.
const HIGH_MARK = 64 * 1024;
const LOW_TO_HIGH = 1 / 4;
// What a value costs besides its bytes until it is sent: an array slot, a view of a buffer, Node's record of the write.
const COST_PER_VALUE = 64;

/**
 * What can be written: bytes, or text that is sent as UTF-8.
 *
 * @public
 */
export type Bytes = Uint8Array | string;

/**
 * The writing half of a connection: it gathers what is written in a tick, and counts what waits for the peer.
 *
 * ```text
 *            end                  stream finished, or lost
 *   open ──────────▶ ended ──────────────▶ gone
 *     └──────────────────────────────────────▲
 * ```
 *
 * Bytes are counted twice, when accepted and when the kernel has them; what is between is what waits. Node's own 'drain'
 * is not used: it has one mark only, and never comes after destroy.
 */
export class Outbound {
  /** Present state of congestion, then its changes. */
  readonly congested: Observable<boolean> = defer(() =>
    this.#state === 'gone' ? of(false) : this.#congestion,
  );
  refused = 0;

  readonly #stream: Writable;
  readonly #context: ConnectionContext;
  readonly #limit: number;
  readonly #highMark: number;
  readonly #onFlushed: () => void;
  readonly #congestion = new BehaviorSubject(false);
  #state: 'open' | 'ended' | 'gone' = 'open';
  #batch: Uint8Array[] = [];
  #accepted = 0;
  #flushed = 0;
  // The cost of what waits: its bytes, and something for each value, so that many small ones are bounded as well.
  #cost = 0;
  #batchCost = 0;
  readonly #waiters = new FlushWaiters();

  /** `onFlushed` is called each time the kernel has taken more. */
  constructor(stream: Writable, context: ConnectionContext, maxWriteBuffer: number, onFlushed: () => void) {
    this.#stream = stream;
    this.#context = context;
    this.#limit = maxWriteBuffer;
    // Half of the limit at the most, so that who minds `congested` never meets the limit.
    this.#highMark = Math.min(HIGH_MARK, maxWriteBuffer / 2);
    this.#onFlushed = onFlushed;
    this.congested = defer(() => (this.#state === 'gone' ? of(false) : this.#congestion)).pipe(
      guarded(context),
    );
  }

  get open(): boolean {
    return this.#state === 'open';
  }

  get isCongested(): boolean {
    return this.#congestion.value;
  }

  /** Bytes that the kernel has. */
  get bytesWritten(): number {
    return this.#flushed;
  }

  /** Bytes that were accepted and wait for the peer. */
  get waiting(): number {
    return this.#accepted - this.#flushed;
  }

  /** Accepts a value, to be sent at the end of this tick; false when the write side was ended before. */
  write(bytes: Uint8Array): boolean {
    if (!this.open) {
      this.refused += 1;
      return false;
    }
    if (bytes.length === 0) return true;
    // nextTick runs before any I/O, so a lone message goes out as early as a direct write would.
    if (this.#batch.push(bytes) === 1) process.nextTick(flush, this);
    this.#accepted += bytes.length;
    this.#cost += bytes.length + COST_PER_VALUE;
    this.#batchCost += bytes.length + COST_PER_VALUE;
    if (this.#cost >= this.#highMark && !this.isCongested) this.#congestion.next(true);
    return true;
  }

  /** Completes the subscriber once all that was accepted until now is in the kernel. */
  completeWhenFlushed(subscriber: Subscriber<never>): void {
    if (this.waiting === 0) this.#complete(subscriber);
    else this.#waiters.add({ mark: this.#accepted, subscriber });
  }

  /** FIN after what was written. */
  end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ended';
    this.flush();
    this.#stream.end();
  }

  /** The stream is closed: nothing waits for the peer any more, and nobody needs to be held back on its account. */
  gone(): void {
    this.#state = 'gone';
    this.#batch = [];
    this.#waiters.clear();
    if (this.isCongested) this.#congestion.next(false);
    this.#congestion.complete();
  }

  /** Hands the batch to the stream as one vectored write. */
  flush(): void {
    const batch = this.#batch;
    const last = batch.pop();
    if (last === undefined || this.#stream.destroyed) return;
    const upTo = this.#accepted;
    const cost = this.#batchCost;
    this.#batch = [];
    this.#batchCost = 0;
    this.#stream.cork();
    for (const bytes of batch) this.#stream.write(bytes);
    this.#stream.write(last, (error) => {
      // destroy() cuts a write short and may still call back without an error.
      if (!error && !this.#stream.destroyed) this.#advance(upTo, cost);
    });
    this.#stream.uncork();
  }

  /** Whether this value would fill the buffer over its limit; one that is larger alone may go when none waits. */
  overflows(bytes: Uint8Array): boolean {
    return this.open && this.waiting > 0 && this.#cost + bytes.length > this.#limit;
  }

  overflowError(): TransportError {
    const detail = `${this.waiting} bytes wait for the peer, and maxWriteBuffer is ${this.#limit}`;
    return errorOf(this.#context, 'ERR_WRITE_OVERFLOW', 'write', detail);
  }

  closedError(): TransportError {
    return errorOf(this.#context, 'ERR_CLOSED', 'write');
  }

  /** The bytes of a value that somebody wants to send; throws `ERR_INVALID_VALUE` for what has none. */
  toBytes(value: Bytes): Uint8Array {
    if (typeof value === 'string') return Buffer.from(value);
    if (isUint8Array(value)) return value;
    const detail = `a value of type ${typeof value} was written`;
    throw errorOf(this.#context, 'ERR_INVALID_VALUE', 'write', detail);
  }

  #advance(flushed: number, cost: number): void {
    this.#flushed = flushed;
    this.#cost -= cost;
    if (this.isCongested && this.#cost <= this.#highMark * LOW_TO_HIGH) this.#congestion.next(false);
    this.#waiters.advance(flushed, (subscriber) => {
      this.#complete(subscriber);
    });
    this.#onFlushed();
  }

  #complete(subscriber: Subscriber<never>): void {
    this.#context.callOut(() => {
      subscriber.complete();
    });
  }
}

function flush(outbound: Outbound): void {
  outbound.flush();
}
