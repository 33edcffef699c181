import type { Observable, Subscription } from 'rxjs';

interface Readable<T> {
  readonly received: Observable<T>;
  hold(): Subscription;
}

interface Waiting<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

const DONE = { done: true, value: undefined } as const;

/**
 * Reads a connection by pulling: it is held whenever no `next()` waits, so the kernel keeps what nobody asked for.
 *
 * ```text
 * next()      ?-----?---?------
 * received    --a-----b----|
 * held        xx-xxxx---xx
 * ```
 *
 * `return()`, as at a `break`, unsubscribes and so pauses; the next reader goes on at the next value.
 */
export function pullIterator<T>(connection: Readable<T>): AsyncIterator<T, undefined> {
  return new PullIterator(connection);
}

class PullIterator<T> implements AsyncIterator<T, undefined> {
  readonly #connection: Readable<T>;
  // Values that came although we hold: a connection made of plain Observables cannot be held back.
  readonly #early: { readonly value: T }[] = [];
  readonly #waiting: Waiting<T>[] = [];
  #end: { readonly error?: unknown } | undefined;
  #hold: Subscription | undefined;
  #subscription: Subscription | undefined;

  constructor(connection: Readable<T>) {
    this.#connection = connection;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#subscription ??= this.#subscribe();
      this.#serve();
    });
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#end ??= {};
    this.#subscription?.unsubscribe();
    this.#serve();
    return Promise.resolve(DONE);
  }

  #subscribe(): Subscription {
    return this.#connection.received.subscribe({
      next: (value) => {
        this.#early.push({ value });
        this.#serve();
      },
      error: (error: unknown) => {
        this.#end ??= { error };
        this.#serve();
      },
      complete: () => {
        this.#end ??= {};
        this.#serve();
      },
    });
  }

  /** Answers those who wait, then holds or releases the connection. */
  #serve(): void {
    for (let waiting = this.#next(); waiting !== undefined; waiting = this.#next()) {
      const early = this.#early.shift();
      if (early !== undefined) waiting.resolve({ done: false, value: early.value });
      else this.#finish(waiting);
    }
    if (this.#waiting.length === 0 && this.#end === undefined) this.#hold ??= this.#connection.hold();
    else this.#release();
  }

  #next(): Waiting<T> | undefined {
    return this.#early.length > 0 || this.#end !== undefined ? this.#waiting.shift() : undefined;
  }

  #finish(waiting: Waiting<T>): void {
    const end = this.#end;
    if (end !== undefined && 'error' in end) {
      // An error is reported once; whoever asks again is told that it is over, as with a generator.
      this.#end = {};
      waiting.reject(end.error);
    } else {
      waiting.resolve(DONE);
    }
  }

  #release(): void {
    // Cleared before, because what is delivered at the release may make us hold again.
    const held = this.#hold;
    this.#hold = undefined;
    held?.unsubscribe();
  }
}
