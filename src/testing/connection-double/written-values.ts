import {
  BehaviorSubject,
  defer,
  distinctUntilChanged,
  first,
  of,
  ReplaySubject,
  type Observable,
  type Subscriber,
} from 'rxjs';
import { callOut, errorOf, type ConnectionContext } from '../../connection/connection-context.ts';
import type { ConnectionSettings } from '../../connection/connection-options.ts';
import type { SendTarget } from '../../connection/send.ts';
import type { TransportError } from '../../errors/transport-error.ts';

/** The connection that values are written to. */
export interface WritingHost extends ConnectionContext {
  /** Something was written. */
  onWritten(): void;
}

/** What the peer of a double gets. It takes everything at once, or, while it is congested, when it is so no more. */
export class WrittenValues<Out> implements SendTarget {
  refused = 0;
  accepted = 0;
  /** Bytes that were written since the peer is congested. */
  waiting = 0;

  readonly #host: WritingHost;
  readonly #limit: number;
  readonly #sizeOf: (value: Out) => number;
  // All of it, because whoever looks may come late.
  readonly #values = new ReplaySubject<Out>(Infinity);
  readonly #congestion = new BehaviorSubject(false);
  #open = true;
  #gone = false;

  constructor(
    host: WritingHost,
    sizeOf: (value: Out) => number,
    { maxWriteBuffer }: Pick<ConnectionSettings, 'maxWriteBuffer'>,
  ) {
    this.#host = host;
    this.#sizeOf = sizeOf;
    this.#limit = maxWriteBuffer;
  }

  get values(): Observable<Out> {
    return this.#values.asObservable();
  }

  get open(): boolean {
    return this.#open;
  }

  get congested(): Observable<boolean> {
    return defer(() => (this.#gone ? of(false) : this.#congestion)).pipe(distinctUntilChanged());
  }

  get isCongested(): boolean {
    return this.#congestion.value;
  }

  set isCongested(isCongested: boolean) {
    if (!isCongested) this.waiting = 0;
    this.#congestion.next(isCongested);
  }

  /** Whether the next value is welcome. */
  get hasRoom(): boolean {
    return this.#open && !this.isCongested;
  }

  /** @returns false for a bounded one that there is no room for; one that is larger alone may go when none waits */
  put(value: unknown, _encode: unknown, bounded: boolean): boolean {
    // A send gives what the connection takes: its values are of one type throughout.
    const written = copyOf(value) as Out;
    const bytes = this.#sizeOf(written);
    if (bounded && this.waiting > 0 && this.waiting + bytes > this.#limit) return false;
    if (this.isCongested) this.waiting += bytes;
    this.accepted += bytes;
    this.#values.next(written);
    this.#host.onWritten();
    return true;
  }

  completeWhenFlushed(subscriber: Subscriber<never>): void {
    const flushed = this.congested.pipe(first((isCongested) => !isCongested));
    subscriber.add(
      flushed.subscribe(() => {
        callOut(this.#host, () => {
          subscriber.complete();
        });
      }),
    );
  }

  /** There are no turns to wait for. */
  later(task: () => void): void {
    task();
  }

  /** FIN after what was written. */
  end(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#values.complete();
  }

  /** Nothing goes out any more, and nobody needs to be held back. */
  gone(error: TransportError | undefined): void {
    this.#open = false;
    this.#gone = true;
    if (error === undefined) this.#values.complete();
    else this.#values.error(error);
    this.#congestion.next(false);
    this.#congestion.complete();
  }

  overflowError(): TransportError {
    const detail = `${this.waiting} bytes wait for the peer, and maxWriteBuffer is ${this.#limit}`;
    return errorOf(this.#host, 'ERR_WRITE_OVERFLOW', 'write', detail);
  }

  closedError(): TransportError {
    return errorOf(this.#host, 'ERR_CLOSED', 'write');
  }
}

/** Whoever has written bytes may use them again. Of the same kind: a Buffer stays one. */
function copyOf(value: unknown): unknown {
  return value instanceof Uint8Array ? Uint8Array.prototype.slice.call(value) : value;
}
