import type { Subscriber } from 'rxjs';

interface FlushWaiter {
  /** Done when this many bytes of all that was accepted are in the kernel. */
  readonly mark: number;
  readonly subscriber: Subscriber<never>;
}

/** Who waits for a flush, in the order of their marks, which only grow; each is looked at once. */
export class FlushWaiters {
  #waiters: FlushWaiter[] = [];
  // So many of them are behind us; an array is not shifted, because thousands may wait for one flush.
  #done = 0;

  add(waiter: FlushWaiter): void {
    this.#waiters.push(waiter);
  }

  /** Hands out those whose mark has been passed. */
  advance(flushed: number, complete: (subscriber: Subscriber<never>) => void): void {
    for (let next = this.#waiters[this.#done]; next !== undefined; next = this.#waiters[this.#done]) {
      if (next.mark > flushed) break;
      this.#done += 1;
      complete(next.subscriber);
    }
    if (this.#done === this.#waiters.length) this.clear();
  }

  clear(): void {
    this.#waiters = [];
    this.#done = 0;
  }
}
