import type { SchedulerLike } from 'rxjs';
import type { EventLoop } from '../../connection/event-loop.ts';

// What a turn of a real event loop takes at the least, roughly. No time of the scheduler passes in it, but who measures how
// long ago something was would otherwise find that it is always now, and let one turn follow another for ever.
const TURN = 0.05;

/** The turns of an event loop whose time is that of a scheduler: each is an action without delay. */
export function virtualEventLoop(scheduler: SchedulerLike): EventLoop {
  let turns = 0;
  const soon = (task: () => void): void => {
    scheduler.schedule(() => {
      task();
    }, 0);
  };
  return {
    nextTick: (task, argument) => {
      soon(() => {
        task(argument);
      });
    },
    setImmediate: (task, argument) => {
      soon(() => {
        turns += 1;
        task(argument);
      });
    },
    now: () => scheduler.now() + turns * TURN,
  };
}
