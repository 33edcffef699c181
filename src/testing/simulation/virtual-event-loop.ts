import type { SchedulerLike } from 'rxjs';
import type { EventLoop } from '../../connection/event-loop.ts';

// More than a connection ever wants to see pass between two of its flushes.
const TURN = 1;

/**
 * The turns of an event loop whose time is that of a scheduler: each is an action without delay.
 *
 * A turn takes no time of the scheduler, but what measures it sees some pass: who goes on in the next turn until enough time is over
 * would go on for ever, at one moment.
 */
export function virtualEventLoop(scheduler: SchedulerLike): EventLoop {
  let turns = 0;
  const soon = <T>(task: (argument: T) => void, argument: T): void => {
    scheduler.schedule(() => {
      task(argument);
    }, 0);
  };
  return {
    nextTick: soon,
    setImmediate: (task, argument) => {
      turns += 1;
      soon(task, argument);
    },
    now: () => scheduler.now() + turns * TURN,
  };
}
