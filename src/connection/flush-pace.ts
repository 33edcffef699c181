import type { EventLoop } from './event-loop.ts';

// About what one write costs: as long as writes come faster, waiting for the next ones makes all of them cheaper.
const PACE = 0.05;
// After so long a turn has enough for the peer to begin with. Half of it costs a server of many clients more in system calls
// than it gains, twice of it gains little.
const LONG_TURN = 0.1;
// To look at a clock costs as much as a small message, so that is done once in so many of them.
const LOOK_EVERY = 16;

/** What a {@link FlushPace} flushes. */
interface Flushable {
  flush(): void;
}

/**
 * When a connection flushes: at the end of the tick, but not more often than every 50 µs while it only writes.
 *
 * ```text
 *   schedule ─┬─ while something is delivered ──▶ when that has been delivered ──────────────────▶ flush
 *             ├─ received since the last flush, or that is 50 µs ago ──▶ nextTick ───────────────▶ flush
 *             └─ otherwise ──▶ setImmediate, until one of the two holds ─────────────────────────▶ flush
 * ```
 *
 * A stream of small messages, a few in each turn of the event loop, so shares its system calls, while an answer never
 * waits: whoever has received something since the last flush flushes at the end of the tick. This is no timeout (rule 18):
 * the time is measured in turns of the event loop, not waited for.
 */
export class FlushPace {
  readonly #target: Flushable;
  readonly #loop: EventLoop;
  // Something is to be flushed; a callback of Node is due that will look at it; who delivers will do it before.
  #wanted = false;
  #queued = false;
  #isDelivering = false;
  #answering = false;
  #hurried = false;
  #lastFlush = -Infinity;
  // Of this turn: messages since the last flush, and when the clock was looked at first.
  #written = 0;
  #lookedAt = 0;

  constructor(target: Flushable, loop: EventLoop) {
    this.#target = target;
    this.#loop = loop;
  }

  schedule(): void {
    this.#wanted = true;
    if (this.#queued || this.#isDelivering) return;
    this.#queued = true;
    if (this.#due) this.#loop.nextTick(flushQueued, this);
    else this.#loop.setImmediate(flushWhenDue, this);
  }

  /**
   * A message was written. @returns whether this turn has gone on for so long since the last flush that the peer should
   * not wait for its end: it can work on the first answers while the others are made.
   */
  wrote(): boolean {
    this.#written += 1;
    if (this.#written % LOOK_EVERY !== 0) return false;
    const now = this.#loop.now();
    if (this.#written === LOOK_EVERY) this.#lookedAt = now;
    return now - this.#lookedAt >= LONG_TURN;
  }

  /** Something is being delivered: the next flush is not to wait, and not to come before `delivered`. */
  delivering(): void {
    this.#hurried = true;
    this.#isDelivering = true;
  }

  /** It has been delivered. */
  delivered(): void {
    this.#isDelivering = false;
    if (!this.#wanted) return;
    this.#answering = true;
    this.#flush();
    this.#answering = false;
  }

  flushed(): void {
    // To look at the clock would make an answer late; so what comes after it counts as after a pause.
    this.#lastFlush = this.#answering ? -Infinity : this.#loop.now();
    this.#hurried = false;
    this.#written = 0;
  }

  flushQueued(): void {
    this.#queued = false;
    if (this.#wanted) this.#flush();
  }

  flushWhenDue(): void {
    if (!this.#wanted || this.#due) this.flushQueued();
    else this.#loop.setImmediate(flushWhenDue, this);
  }

  #flush(): void {
    this.#wanted = false;
    this.#target.flush();
  }

  get #due(): boolean {
    return this.#hurried || this.#loop.now() - this.#lastFlush >= PACE;
  }
}

// Not closures: one would be made for each flush.
function flushQueued(pace: FlushPace): void {
  pace.flushQueued();
}

function flushWhenDue(pace: FlushPace): void {
  pace.flushWhenDue();
}
