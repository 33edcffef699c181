/** Called when a value was taken, or with the reason why it never will be. */
export type Taken = (error?: Error) => void;

interface Offer<T> {
  readonly value: T;
  readonly taken: Taken;
}

/**
 * Values that somebody writes one by one, as a source that `Connection.send` pulls.
 *
 * ```text
 * offer    a--------b----------------
 * next()   ?---?------?      the peer is behind      ?
 * taken        a                                     b      when the next one is asked for: there is room
 * ```
 *
 * One `send` for all that is ever written keeps the write side of an accepted connection open between two writes.
 */
export class HandOver<T> implements AsyncIterable<T, undefined> {
  #offer: Offer<T> | undefined;
  #taken: Taken | undefined;
  #asking: ((result: IteratorResult<T, undefined>) => void) | undefined;
  #ended = false;
  #failure: Error | undefined;

  /** Offers one value; the next one may be offered when this one was taken. */
  offer(value: T, taken: Taken): void {
    if (this.#failure !== undefined) {
      taken(this.#failure);
      return;
    }
    this.#offer = { value, taken };
    this.#answer();
  }

  /** Nothing more will be offered. */
  end(): void {
    this.#ended = true;
    this.#answer();
  }

  /** Nothing will be taken any more. */
  fail(error: Error): void {
    this.#failure = error;
    this.#takenBefore(error);
    this.#offer?.taken(error);
    this.#offer = undefined;
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return {
      next: () => {
        const result = new Promise<IteratorResult<T, undefined>>((resolve) => {
          this.#asking = resolve;
        });
        this.#takenBefore();
        this.#answer();
        return result;
      },
    };
  }

  #takenBefore(error?: Error): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.(error);
  }

  #answer(): void {
    const asking = this.#asking;
    if (asking === undefined) return;
    if (this.#offer !== undefined) {
      const { value, taken } = this.#offer;
      this.#offer = undefined;
      this.#taken = taken;
      this.#asking = undefined;
      asking({ done: false, value });
    } else if (this.#ended) {
      this.#asking = undefined;
      asking({ done: true, value: undefined });
    }
  }
}

/** What an Observable has failed with, as the Error that streams ask for. */
export function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}
