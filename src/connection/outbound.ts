import type { Writable } from 'node:stream';
import { BehaviorSubject, defer, type Observable, type Subscriber } from 'rxjs';
import { isUint8Array } from 'node:util/types';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { TransportError } from '../errors/transport-error.ts';

// Over the high mark the peer is too slow; under the low mark there is room again. Two marks, so that the state does
// not flap with each write. 64 KiB is one write of a busy loopback socket.
const HIGH_MARK = 64 * 1024;
const LOW_MARK = 16 * 1024;

/**
 * What can be written: bytes, or text that is sent as UTF-8.
 *
 * @public
 */
export type Bytes = Uint8Array | string;

interface FlushWaiter {
  /** Done when this many bytes of all that was accepted are in the kernel. */
  readonly mark: number;
  readonly subscriber: Subscriber<never>;
}

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
  readonly congested: Observable<boolean> = defer(() => this.#congestion);
  refused = 0;

  readonly remote: Endpoint;

  readonly #stream: Writable;
  readonly #limit: number;
  readonly #onFlushed: () => void;
  readonly #congestion = new BehaviorSubject(false);
  #state: 'open' | 'ended' | 'gone' = 'open';
  #batch: Uint8Array[] = [];
  #accepted = 0;
  #flushed = 0;
  #waiters: FlushWaiter[] = [];

  /** `onFlushed` is called each time the kernel has taken more. */
  constructor(stream: Writable, remote: Endpoint, maxWriteBuffer: number, onFlushed: () => void) {
    this.#stream = stream;
    this.remote = remote;
    this.#limit = maxWriteBuffer;
    this.#onFlushed = onFlushed;
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
    // nextTick runs before any I/O, so a lone message goes out as early as a direct write would.
    if (this.#batch.push(bytes) === 1) process.nextTick(flush, this);
    this.#accepted += bytes.length;
    if (this.waiting >= HIGH_MARK && !this.isCongested) this.#congestion.next(true);
    return true;
  }

  /** Completes the subscriber once all that was accepted until now is in the kernel. */
  completeWhenFlushed(subscriber: Subscriber<never>): void {
    if (this.waiting === 0) {
      subscriber.complete();
      return;
    }
    const waiter = { mark: this.#accepted, subscriber };
    this.#waiters.push(waiter);
    subscriber.add(() => {
      this.#waiters = this.#waiters.filter((other) => other !== waiter);
    });
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
    if (this.isCongested) this.#congestion.next(false);
    this.#congestion.complete();
  }

  /** Hands the batch to the stream as one vectored write. */
  flush(): void {
    const batch = this.#batch;
    const last = batch.pop();
    if (last === undefined || this.#stream.destroyed) return;
    this.#batch = [];
    const upTo = this.#accepted;
    this.#stream.cork();
    for (const bytes of batch) this.#stream.write(bytes);
    this.#stream.write(last, (error) => {
      // destroy() cuts a write short and may still call back without an error.
      if (!error && !this.#stream.destroyed) this.#advance(upTo);
    });
    this.#stream.uncork();
  }

  /** Whether these bytes would fill the buffer over its limit; a value that is larger alone may go when none waits. */
  overflows(bytes: Uint8Array): boolean {
    return this.open && this.waiting > 0 && this.waiting + bytes.length > this.#limit;
  }

  overflowError(): TransportError {
    const detail = `${this.waiting} bytes wait for the peer, and maxWriteBuffer is ${this.#limit}`;
    return new TransportError('ERR_WRITE_OVERFLOW', { phase: 'write', endpoint: this.remote, detail });
  }

  closedError(): TransportError {
    return new TransportError('ERR_CLOSED', { phase: 'write', endpoint: this.remote });
  }

  #advance(flushed: number): void {
    this.#flushed = flushed;
    if (this.isCongested && this.waiting <= LOW_MARK) this.#congestion.next(false);
    for (const { subscriber } of this.#waiters.filter(({ mark }) => mark <= flushed)) subscriber.complete();
    this.#onFlushed();
  }
}

/** The bytes of a value that somebody wants to send; throws `ERR_INVALID_VALUE` for what has none. */
export function toBytes(value: Bytes, remote: Endpoint): Uint8Array {
  if (typeof value === 'string') return Buffer.from(value);
  if (isUint8Array(value)) return value;
  throw new TransportError('ERR_INVALID_VALUE', {
    phase: 'write',
    endpoint: remote,
    detail: `a value of type ${typeof value} was written`,
  });
}

function flush(outbound: Outbound): void {
  outbound.flush();
}
