import type { Unsubscribable } from 'rxjs';
import type { TransportError } from '../errors/transport-error.ts';
import { callOut } from './connection-context.ts';

/** Whoever takes the values: a Subscriber of RxJS, or a part of ours that does without the cost of one. */
export interface Reader<T> {
  /** It wants nothing any more. */
  readonly closed: boolean;
  next(value: T): void;
  error(error: unknown): void;
  complete(): void;
  /** It is let in, and unsubscribes this when it leaves. */
  add(admission: Unsubscribable): void;
}

/** What an {@link ExclusiveReader} asks of the side that has the values. */
export interface ReaderHost {
  /** Why nobody can read any more, if so. */
  refusal(): TransportError | undefined;
  alreadyReading(): TransportError;
  /** A reader has thrown at us. */
  onThrow(cause: unknown): void;
  /** A reader has come or gone. */
  onReaderChange(): void;
}

/**
 * The one reader of `received`.
 *
 * ```text
 *   nobody ──subscribe──▶ reader ──subscribe from within next──▶ reader and successor
 *     ▲                    │  ▲ ▲                                   │            │
 *     └────unsubscribe─────┘  │ └──── reader stays: it gets an error┘            │
 *                             └──────────── reader leaves: it takes over ────────┘
 * ```
 *
 * The successor is for `received.pipe(take(1), switchMap(() => received))`: `take` unsubscribes only after `next` has
 * returned, so who subscribes in between is asked to wait until then.
 */
export class ExclusiveReader<T> implements Unsubscribable {
  readonly #host: ReaderHost;
  #current: Reader<T> | undefined;
  #successor: Reader<T> | undefined;
  // Calls of `next` that are under way, and deliveries that the reader makes of what it took.
  #deliveries = 0;

  constructor(host: ReaderHost) {
    this.#host = host;
  }

  get present(): boolean {
    return this.#current !== undefined;
  }

  subscribe(reader: Reader<T>): void {
    if (this.#current === undefined) this.#admit(reader);
    else if (this.#deliveries > 0 && this.#successor?.closed !== false) this.#successor = reader;
    else reader.error(this.#host.alreadyReading());
  }

  next(value: T): void {
    this.enter();
    try {
      this.#current?.next(value);
    } catch (cause) {
      this.#host.onThrow(cause);
    }
    this.leave();
  }

  /** The reader begins to deliver: whoever subscribes from now on may take over from it. */
  enter(): void {
    this.#deliveries += 1;
  }

  leave(): void {
    this.#deliveries -= 1;
    if (this.#deliveries === 0 && this.#successor !== undefined) this.#succeed();
  }

  finish(error?: TransportError): void {
    const reader = this.#current;
    // Before it is told, because it may subscribe again when it is.
    this.#current = undefined;
    if (reader === undefined) return;
    callOut(this.#host, () => {
      if (error === undefined) reader.complete();
      else reader.error(error);
    });
  }

  /** The reader is done. */
  unsubscribe(): void {
    if (this.#current?.closed === true) this.#current = undefined;
    this.#host.onReaderChange();
  }

  #succeed(): void {
    const successor = this.#successor;
    this.#successor = undefined;
    if (successor === undefined || successor.closed) return;
    callOut(this.#host, () => {
      this.subscribe(successor);
    });
  }

  #admit(reader: Reader<T>): void {
    const refusal = this.#host.refusal();
    if (refusal !== undefined) {
      reader.error(refusal);
      return;
    }
    // And not a closure, which each of many connections would keep.
    reader.add(this);
    this.#current = reader;
    this.#host.onReaderChange();
  }
}
