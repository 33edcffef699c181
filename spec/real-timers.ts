// A spec that waits for the clock is slow, and fails on a busy machine: time-outs are tested in virtual time. This file is a
// `setupFilesAfterEnv` of jest, and fails each spec in which a real timer of more than 50 ms has fired. One that was cancelled in
// time, as a deadline is, does no harm. Whether all were cancelled, timers-left.ts looks.

const LONGEST = 50;
const fired: string[] = [];
const running = new Map<unknown, string>();

const { setTimeout: startTimeout, setInterval: startInterval } = globalThis;
const { clearTimeout: stopTimeout, clearInterval: stopInterval } = globalThis;

function watched<T extends typeof setTimeout | typeof setInterval>(name: string, start: T): T {
  return new Proxy(start, {
    apply: (
      target,
      self,
      [task, delay, ...rest]: [(...values: unknown[]) => void, number?, ...unknown[]],
    ) => {
      if (delay === undefined || delay <= LONGEST) {
        return Reflect.apply(target, self, [task, delay, ...rest]) as unknown;
      }
      const what = `${name} of ${delay} ms`;
      const noted = (...values: unknown[]): void => {
        fired.push(what);
        if (name === 'setTimeout') running.delete(timer);
        task(...values);
      };
      const timer: unknown = Reflect.apply(target, self, [noted, delay, ...rest]);
      running.set(timer, what);
      return timer;
    },
  });
}

function forgetting<T extends typeof clearTimeout | typeof clearInterval>(stop: T): T {
  return new Proxy(stop, {
    apply: (target, self, [timer]: [unknown]) => {
      running.delete(timer);
      return Reflect.apply(target, self, [timer]) as unknown;
    },
  });
}

globalThis.setTimeout = watched('setTimeout', startTimeout);
globalThis.setInterval = watched('setInterval', startInterval);
globalThis.clearTimeout = forgetting(stopTimeout);
globalThis.clearInterval = forgetting(stopInterval);

/** Those of processes are about time that passes: a peer that stops for seconds. */
export function isOfProcesses(): boolean {
  return expect.getState().testPath?.includes('/spec/process/') === true;
}

/** The timers of more than 50 ms that were neither cancelled nor have fired. */
export function runningTimers(): readonly string[] {
  return [...running.values()];
}

/** Forgets what has come so far: a spec answers for itself alone. */
export function forgetTimers(): void {
  fired.length = 0;
  running.clear();
}

afterEach(() => {
  if (fired.length > 0 && !isOfProcesses()) {
    throw new Error(`this spec waited for ${fired.join(', ')}: use a virtual clock, or a shorter time`);
  }
});
