import { defer, EMPTY, ignoreElements, type Observable, type SchedulerLike } from 'rxjs';
import { deadline } from '../../connection/deadline.ts';

// What a link that was kept from carrying may make up for: timers come late by some milliseconds, and more on a busy machine.
const CATCH_UP = 100;
// By how much a timer may seem to come early, to a clock of whole milliseconds. What is further ahead than that is a clock that was
// set back: the clock of a scheduler may be the wall clock.
const EARLY = 2;

/**
 * The pace of a link that carries so many bytes per second.
 *
 * ```text
 * arrived(10)   10--------------10
 * free          |                |
 * carried(5)    5----5           5----5          1 byte per frame: each 5 bytes occupy it for 5 frames
 * free               |    |           |    |
 * ```
 *
 * A timer that comes late is made up for, so the mean is right; a link that had nothing to carry has saved nothing up.
 */
export class Pace {
  /** Completes when the link has carried what it was given. */
  readonly free: Observable<never>;

  readonly #scheduler: SchedulerLike;
  #queued = 0;
  #due = 0;
  #cost = 0;

  constructor(scheduler: SchedulerLike) {
    this.#scheduler = scheduler;
    this.free = defer(() => {
      const left = Math.min(this.#due - scheduler.now(), this.#cost + EARLY);
      return left > 0 ? deadline(left, scheduler).pipe(ignoreElements()) : EMPTY;
    });
  }

  /** So many bytes wait for the link now. */
  arrived(bytes: number): void {
    if (this.#queued === 0) this.#due = Math.max(this.#due, this.#scheduler.now());
    this.#queued += bytes;
  }

  /** So many of them go now, at this many bytes per second. */
  carried(bytes: number, rate: number): void {
    const now = this.#scheduler.now();
    this.#queued -= bytes;
    this.#cost = (bytes * 1000) / rate;
    this.#due = Math.min(now + EARLY, Math.max(this.#due, now - CATCH_UP)) + this.#cost;
  }
}
