import { Subscription, type SchedulerAction, type SchedulerLike } from 'rxjs';
import { invalidOption } from '../../errors/invalid-option.ts';
import { ActionQueue, type QueuedAction } from './action-queue.ts';

/**
 * Virtual time for many timers: it stands still until it is told to go on, and passes in no time.
 *
 * ```text
 * schedule(a, 30), schedule(b, 10)
 * advance(20)     -b--------|          now() is 20
 * flush()         ----------a|         now() is 30, and nothing is left
 * ```
 *
 * RxJS' own `VirtualTimeScheduler` sorts all of its actions at each new one; this one keeps a heap, so that ten thousand
 * connections with a time-out each are no burden. Either drives a {@link SimulatedNetwork}.
 *
 * @example
 * ```ts
 * import { SimulationScheduler } from 'rxjs-net/testing';
 * import { timer } from 'rxjs';
 *
 * const scheduler = new SimulationScheduler();
 * timer(3_600_000, scheduler).subscribe(() => {
 *   console.log('an hour later'); // an hour later
 * });
 * scheduler.flush();
 * ```
 * @see The RxJS documentation on schedulers and on `VirtualTimeScheduler`
 * @public
 */
export class SimulationScheduler implements SchedulerLike {
  readonly #queue = new ActionQueue();
  #now = 0;

  /** Milliseconds since it was made. */
  now(): number {
    return this.#now;
  }

  /** See `SchedulerLike`. A delay of `Infinity` never comes. */
  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    return new SimulationAction(this, this.#queue, work).schedule(state, delay);
  }

  /** When the next action is due; undefined when there is none. */
  get next(): number | undefined {
    return this.#queue.first?.at;
  }

  /** Runs the next action. @returns false when there was none */
  step(): boolean {
    const action = this.#queue.shift();
    if (action === undefined) return false;
    this.#now = Math.max(this.#now, action.at);
    action.run();
    return true;
  }

  /** Runs what is due within a time, and what comes of it, and lets that time pass. */
  advance(milliseconds: number): void {
    if (milliseconds === Infinity)
      throw invalidOption('advance got Infinity; flush runs until nothing is left');
    const until = this.#now + requireTime('advance', milliseconds);
    for (let next = this.next; next !== undefined && next <= until; next = this.next) this.step();
    this.#now = Math.max(this.#now, until);
  }

  /** Runs until nothing is left, or until a moment; what repeats for ever needs one. */
  flush(until: number = Infinity): void {
    requireTime('flush', until);
    for (let next = this.next; next !== undefined && next <= until; next = this.next) this.step();
    if (until !== Infinity) this.#now = Math.max(this.#now, until);
  }

  /**
   * Lets time pass until a Promise is settled, and gives Promises their turns in between, which `flush` does not.
   *
   * @returns what the Promise gives; it rejects as the Promise does, and with an Error when no action is left that could settle it
   */
  async settle<T>(work: PromiseLike<T>): Promise<T> {
    const state = { isSettled: false };
    const settled = (): void => {
      state.isSettled = true;
    };
    work.then(settled, settled);
    // Promises of the work may schedule only after some turns of their own, so standing still once is no proof.
    for (let still = 0; still < TURNS_WITHOUT_ACTION; still += 1) {
      await turn();
      if (state.isSettled) return work;
      if (this.step()) still = 0;
    }
    throw new StandstillError(this.#now);
  }
}

/** Nothing is left to happen, and what was waited for has not. */
export class StandstillError extends Error {
  override readonly name = 'StandstillError';

  constructor(now: number) {
    super(`at ${now} ms nothing is left to happen, and the work has not settled`);
  }
}

/** Time does not go back. */
function requireTime(name: string, milliseconds: number): number {
  if (milliseconds >= 0) return milliseconds;
  throw invalidOption(`${name} got ${milliseconds}; it takes milliseconds, from 0`);
}

const TURNS_WITHOUT_ACTION = 8;

/** One turn of the real event loop: all Promises that are kept by now have gone on. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

class SimulationAction<T> extends Subscription implements SchedulerAction<T> {
  readonly #scheduler: SimulationScheduler;
  readonly #queue: ActionQueue;
  readonly #work: (this: SchedulerAction<T>, state?: T) => void;
  #queued: QueuedAction | undefined;

  constructor(
    scheduler: SimulationScheduler,
    queue: ActionQueue,
    work: (this: SchedulerAction<T>, state?: T) => void,
  ) {
    super();
    this.#scheduler = scheduler;
    this.#queue = queue;
    this.#work = work;
  }

  /** What was scheduled before by this action is given up: so it is with the actions of RxJS. */
  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this;
    this.#cancel();
    if (!Number.isFinite(delay)) return this;
    this.#queued = this.#queue.add(this.#scheduler.now() + Math.max(0, delay), () => {
      this.#queued = undefined;
      this.#work.call(this, state);
    });
    return this;
  }

  override unsubscribe(): void {
    if (this.closed) return;
    this.#cancel();
    super.unsubscribe();
  }

  #cancel(): void {
    if (this.#queued !== undefined) this.#queue.remove(this.#queued);
    this.#queued = undefined;
  }
}
