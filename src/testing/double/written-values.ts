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

  readonly #host: WritingHost;
  readonly #sizeOf: (value: Out) => number;
  // All of it, because whoever looks may come late.
  readonly #values = new ReplaySubject<Out>(Infinity);
  readonly #congestion = new BehaviorSubject(false);
  #open = true;
  #gone = false;

  constructor(host: WritingHost, sizeOf: (value: Out) => number) {
    this.#host = host;
    this.#sizeOf = sizeOf;
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
    this.#congestion.next(isCongested);
  }

  put(value: unknown): boolean {
    // A send gives what the connection takes: its values are of one type throughout.
    const written = value as Out;
    this.accepted += this.#sizeOf(written);
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
    return errorOf(this.#host, 'ERR_WRITE_OVERFLOW', 'write');
  }

  closedError(): TransportError {
    return errorOf(this.#host, 'ERR_CLOSED', 'write');
  }
}
