// About what one write costs: as long as writes come faster, waiting for the next ones makes all of them cheaper.
const PACE = 0.05;

/** What a {@link FlushPace} flushes. */
interface Flushable {
  flush(): void;
}

/**
 * When a connection flushes: at the end of the tick, but not more often than every 50 µs while it only writes.
 *
 * ```text
 *           schedule ─── received since the last flush, or that is 50 µs ago ──▶ nextTick ─────▶ flush
 *   idle ──▶   └──────── otherwise ──▶ setImmediate, until one of the two holds ─────────────────▶ flush
 * ```
 *
 * A stream of small messages, a few in each turn of the event loop, so shares its system calls, while an answer never
 * waits: whoever has received something since the last flush flushes at the end of the tick. This is no timeout (rule 18):
 * the time is measured in turns of the event loop, not waited for.
 */
export class FlushPace {
  readonly #target: Flushable;
  #scheduled = false;
  #hurried = false;
  #lastFlush = -Infinity;

  constructor(target: Flushable) {
    this.#target = target;
  }

  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    if (this.#due) process.nextTick(flush, this);
    else setImmediate(flushWhenDue, this);
  }

  /** The next flush is not to wait. */
  hurry(): void {
    this.#hurried = true;
  }

  flushed(): void {
    this.#hurried = false;
    this.#lastFlush = performance.now();
  }

  flush(): void {
    this.#scheduled = false;
    this.#target.flush();
  }

  flushWhenDue(): void {
    if (this.#due) this.flush();
    else setImmediate(flushWhenDue, this);
  }

  get #due(): boolean {
    return this.#hurried || performance.now() - this.#lastFlush >= PACE;
  }
}

// Not closures: one would be made for each flush.
function flush(pace: FlushPace): void {
  pace.flush();
}

function flushWhenDue(pace: FlushPace): void {
  pace.flushWhenDue();
}
