/**
 * The turns of the event loop, as far as a connection goes by them.
 *
 * It is no clock: nothing waits here (rule 18). A network in virtual time has turns of its own.
 */
export interface EventLoop {
  /** Runs the task at the end of this tick. */
  nextTick<T>(task: (argument: T) => void, argument: T): void;
  /** Runs the task in the next turn, after all else has had its say. */
  setImmediate<T>(task: (argument: T) => void, argument: T): void;
  /** Milliseconds, for what is measured and not waited for. */
  now(): number;
}

/** Looked up at each call, because a test may have put its own in their place. */
export const nodeEventLoop: EventLoop = {
  nextTick: (task, argument) => {
    process.nextTick(task, argument);
  },
  setImmediate: (task, argument) => {
    setImmediate(task, argument);
  },
  now: () => performance.now(),
};
