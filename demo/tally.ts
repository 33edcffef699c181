import { answerTo, type DemoRecord } from './protocol.ts';

interface Asked {
  readonly value: number;
  readonly at: number;
}

/** Keeps the books of the client: every request that was sent, and what became of it. */
export class Tally {
  sent = 0;
  answered = 0;
  duplicated = 0;
  wrong = 0;
  readonly #unanswered = new Map<number, Asked>();
  readonly #latencies: number[] = [];

  get inFlight(): number {
    return this.#unanswered.size;
  }

  /** Enters a new request, with an id of its own. */
  ask(): { readonly id: number; readonly value: number } {
    this.sent += 1;
    const id = this.sent;
    const value = Math.floor(Math.random() * 0xffff_ffff);
    this.#unanswered.set(id, { value, at: performance.now() });
    return { id, value };
  }

  /** Strikes off the request that this answers. */
  settle({ id, value }: DemoRecord): void {
    const asked = this.#unanswered.get(id);
    if (asked === undefined) {
      this.duplicated += 1;
      return;
    }
    this.#unanswered.delete(id);
    this.#latencies.push(performance.now() - asked.at);
    if (value === answerTo(asked.value)) this.answered += 1;
    else this.wrong += 1;
  }

  /** Milliseconds within which this share of the answers came. */
  percentiles(...shares: readonly number[]): number[] {
    const sorted = Float64Array.from(this.#latencies).sort();
    return shares.map((share) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
  }
}
