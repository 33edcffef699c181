import { Subscription, type SchedulerLike } from 'rxjs';
import { deadline } from './deadline.ts';

/**
 * Watches that a frame which was begun is finished in time. Each frame has a timer of its own, and no moment is kept: the
 * `now` of a scheduler is the wall clock, which somebody may set.
 *
 * ```text
 * frames           (1  )(2 )     (3        …
 * timer (limit 9)  [···][··]     [········!
 * ```
 */
export class FrameDeadline {
  readonly #milliseconds: number;
  readonly #scheduler: SchedulerLike;
  readonly #onExpired: () => void;
  #timer: Subscription = Subscription.EMPTY;
  #frame = -1;

  constructor(milliseconds: number, scheduler: SchedulerLike, onExpired: () => void) {
    this.#milliseconds = milliseconds;
    this.#scheduler = scheduler;
    this.#onExpired = onExpired;
  }

  /** This frame, by its number, has begun and is not finished. */
  begun(frame: number): void {
    if (frame === this.#frame) return;
    this.#timer.unsubscribe();
    this.#frame = frame;
    this.#timer = deadline(this.#milliseconds, this.#scheduler).subscribe(() => {
      this.#onExpired();
    });
  }

  /** No frame has begun, or it is not the peer who delays it. */
  stop(): void {
    this.#timer.unsubscribe();
    this.#frame = -1;
  }
}
