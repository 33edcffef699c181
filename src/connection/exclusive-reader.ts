import type { Subscriber } from 'rxjs';
import type { TransportError } from '../errors/transport-error.ts';

/** How the inbound side came to its end. */
export type InboundEnd = { readonly kind: 'fin' } | { readonly kind: 'lost'; readonly error: TransportError };

/** What an {@link ExclusiveReader} asks of the side that has the bytes. */
export interface ReaderHost {
  /** Why nobody can read any more, if so. */
  refusal(): TransportError | undefined;
  alreadyReading(): TransportError;
  /** Runs what calls a subscriber. */
  callOut(action: () => void): void;
  /** A reader has come or gone. */
  onChange(): void;
}

/**
 * The one subscriber of `received`.
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
export class ExclusiveReader {
  readonly #host: ReaderHost;
  #current: Subscriber<Buffer> | undefined;
  #successor: Subscriber<Buffer> | undefined;
  #inNext = false;

  constructor(host: ReaderHost) {
    this.#host = host;
  }

  get present(): boolean {
    return this.#current !== undefined;
  }

  subscribe(subscriber: Subscriber<Buffer>): void {
    if (this.#current === undefined) this.#admit(subscriber);
    else if (this.#inNext && this.#successor === undefined) this.#successor = subscriber;
    else subscriber.error(this.#host.alreadyReading());
  }

  next(chunk: Buffer): void {
    this.#inNext = true;
    this.#host.callOut(() => {
      this.#current?.next(chunk);
    });
    this.#inNext = false;
    const successor = this.#successor;
    this.#successor = undefined;
    if (successor === undefined || successor.closed) return;
    this.#host.callOut(() => {
      this.subscribe(successor);
    });
  }

  finish(end: InboundEnd): void {
    const reader = this.#current;
    // Before it is told, because it may subscribe again when it is.
    this.#current = undefined;
    this.#host.callOut(() => {
      if (end.kind === 'fin') reader?.complete();
      else reader?.error(end.error);
    });
  }

  #admit(subscriber: Subscriber<Buffer>): void {
    const refusal = this.#host.refusal();
    if (refusal !== undefined) {
      subscriber.error(refusal);
      return;
    }
    subscriber.add(() => {
      if (this.#current === subscriber) this.#current = undefined;
      this.#host.onChange();
    });
    this.#current = subscriber;
    this.#host.onChange();
  }
}
