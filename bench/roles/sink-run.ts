import type { Total } from '../messages/tally.ts';
import { now, usageFromNow, type Usage } from '../process/usage.ts';

export interface SinkResult {
  readonly received: Total;
  /** When the last message came, on the clock that the processes share. */
  readonly end: number;
  readonly usage: Usage;
}

/** One run of a sink, from its beginning to the last message. */
export class SinkRun {
  readonly finished: Promise<SinkResult>;
  readonly #usage = usageFromNow();
  #resolve: ((result: SinkResult) => void) | undefined;

  constructor() {
    this.finished = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  finish(received: Total): void {
    this.#resolve?.({ received, end: now(), usage: this.#usage() });
  }
}
