import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { TransportError } from '../errors/transport-error.ts';

const NANOSECONDS = 1e6;

/** Failures of one kind. */
export interface Failures {
  count: number;
  /** What the first of them said. */
  readonly message: string;
}

/** What a benchmark has found so far. Times are in milliseconds of `performance.now()`. */
export class BenchTally {
  answered = 0;
  wrong = 0;
  unanswered = 0;
  readonly errors: Map<string, Failures> = new Map();
  /** Of right answers, in nanoseconds. */
  readonly latency: RecordableHistogram = createHistogram();

  #begun: number | undefined;
  #ended = 0;

  /** From the first question to the last answer. */
  get elapsed(): number {
    return this.#begun === undefined ? 0 : Math.max(0, this.#ended - this.#begun);
  }

  ask(at: number): void {
    this.#begun ??= at;
  }

  answer(isRight: boolean, askedAt: number, at: number): void {
    this.#ended = at;
    if (isRight) {
      this.answered += 1;
      this.latency.record(Math.max(1, Math.round((at - askedAt) * NANOSECONDS)));
    } else {
      this.wrong += 1;
    }
  }

  fail(error: unknown): void {
    const code = TransportError.is(error) ? error.code : 'unknown';
    const failures = this.errors.get(code);
    if (failures !== undefined) failures.count += 1;
    else this.errors.set(code, { count: 1, message: error instanceof Error ? error.message : String(error) });
  }
}
