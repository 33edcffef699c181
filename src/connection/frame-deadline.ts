import { Subscription, type SchedulerLike } from 'rxjs';
import { deadline } from './deadline.ts';

/**
 * Watches that a frame which was begun is finished in time. One timer for many frames: when it is due, it looks how old
 * the present frame is, and goes on for the rest of its time.
 *
 * ```text
 * frames           (1  )(2 )     (3        …
 * timer (limit 9)  [········|·]  [········!      at | the second frame is young: it has the rest of its time
 * ```
 */
export class FrameDeadline {
  readonly #milliseconds: number;
  readonly #scheduler: SchedulerLike;
  readonly #onExpired: () => void;
  #timer: Subscription = Subscription.EMPTY;
  #frame = -1;
  #begunAt = 0;

  constructor(milliseconds: number, scheduler: SchedulerLike, onExpired: () => void) {
    this.#milliseconds = milliseconds;
    this.#scheduler = scheduler;
    this.#onExpired = onExpired;
  }

  /** This frame, by its number, has begun and is not finished. */
  begun(frame: number): void {
    if (frame === this.#frame) return;
    this.#frame = frame;
    this.#begunAt = this.#scheduler.now();
    if (this.#timer.closed) this.#wait(this.#milliseconds);
  }

  /** No frame has begun, or it is not the peer who delays it. */
  none(): void {
    this.#frame = -1;
  }

  stop(): void {
    this.none();
    this.#timer.unsubscribe();
  }

  #wait(milliseconds: number): void {
    this.#timer = deadline(milliseconds, this.#scheduler).subscribe(() => {
      if (this.#frame === -1) return;
      const left = this.#begunAt + this.#milliseconds - this.#scheduler.now();
      if (left > 0) this.#wait(left);
      else this.#onExpired();
    });
  }
}
