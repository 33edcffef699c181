import type { Subscriber } from 'rxjs';
import type { TransportError } from '../errors/transport-error.ts';
import { callOut, type ConnectionContext } from './connection-context.ts';

/** One active subscription of a `send`. */
export interface Sender {
  readonly subscriber: Subscriber<never>;
  /** The source has completed, and only the flush is awaited. */
  exhausted: boolean;
}

/** The side of a connection that {@link Senders} send for. */
export interface SendersHost extends ConnectionContext {
  /** A send has begun or is over. */
  onSendersChange(): void;
}

/**
 * The sends that are under way on a connection.
 *
 * They decide how long an accepted connection outlives the peer's FIN, and whether the peer's end must be sensed.
 */
export class Senders {
  readonly #host: SendersHost;
  readonly #active = new Set<Sender>();

  constructor(host: SendersHost) {
    this.#host = host;
  }

  get none(): boolean {
    return this.#active.size === 0;
  }

  /** Counts a sender in until its subscriber is done. */
  add(sender: Sender): void {
    sender.subscriber.add(() => {
      this.#active.delete(sender);
      this.#host.onSendersChange();
    });
    this.#active.add(sender);
    this.#host.onSendersChange();
  }

  /** Errors the sends whose source still has something to say; those that only await the flush go on. */
  failUnfinished(why: () => TransportError): void {
    this.#fail(
      why,
      [...this.#active].filter(({ exhausted }) => !exhausted),
    );
  }

  fail(why: () => TransportError): void {
    this.#fail(why, [...this.#active]);
  }

  /** An error has a stack, which costs as much as the end of a connection: as a rule there is nobody to be told. */
  #fail(why: () => TransportError, senders: readonly Sender[]): void {
    if (senders.length === 0) return;
    const error = why();
    for (const { subscriber } of senders) {
      callOut(this.#host, () => {
        subscriber.error(error);
      });
    }
  }
}
