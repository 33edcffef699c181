import type { SchedulerLike } from 'rxjs';
import type { EventLoop } from '../../connection/event-loop.ts';

/** The turns of an event loop whose time is that of a scheduler: each is an action without delay. */
export function virtualEventLoop(scheduler: SchedulerLike): EventLoop {
  const soon = <T>(task: (argument: T) => void, argument: T): void => {
    scheduler.schedule(() => {
      task(argument);
    }, 0);
  };
  return { nextTick: soon, setImmediate: soon, now: () => scheduler.now() };
}
