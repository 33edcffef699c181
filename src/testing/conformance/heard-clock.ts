import type { SchedulerAction, SchedulerLike, Subscription } from 'rxjs';

/** The same clock, and somebody who is told of each timer of it that goes off. */
export function heardClock(clock: SchedulerLike, onTimer: () => void): SchedulerLike {
  return {
    now: () => clock.now(),
    schedule: <T>(
      work: (this: SchedulerAction<T>, state?: T) => void,
      delay?: number,
      state?: T,
    ): Subscription =>
      clock.schedule<T>(
        function goOff(now) {
          onTimer();
          work.call(this, now);
        },
        delay,
        state,
      ),
  };
}
