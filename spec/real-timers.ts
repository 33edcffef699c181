// A spec that waits for the clock is slow, and fails on a busy machine: time-outs are tested in virtual time. This file is a
// `setupFilesAfterEnv` of jest, and fails each spec in which a real timer of more than 50 ms has fired. One that was cancelled in
// time, as a deadline is, does no harm.

const LONGEST = 50;
const fired: string[] = [];

const { setTimeout: realTimeout, setInterval: realInterval } = globalThis;

function watched<T extends typeof setTimeout | typeof setInterval>(name: string, start: T): T {
  return new Proxy(start, {
    apply: (
      target,
      self,
      [task, delay, ...rest]: [(...values: unknown[]) => void, number?, ...unknown[]],
    ) => {
      const noted = (...values: unknown[]): void => {
        if (delay !== undefined && delay > LONGEST) fired.push(`${name} of ${delay} ms`);
        task(...values);
      };
      return Reflect.apply(target, self, [noted, delay, ...rest]) as unknown;
    },
  });
}

globalThis.setTimeout = watched('setTimeout', realTimeout);
globalThis.setInterval = watched('setInterval', realInterval);

afterEach(() => {
  const waits = fired.splice(0);
  // Those of processes are about time that passes: a peer that stops for seconds.
  const isOfProcesses = expect.getState().testPath?.includes('/spec/process/') === true;
  if (waits.length > 0 && !isOfProcesses) {
    throw new Error(`this spec waited for ${waits.join(', ')}: use a virtual clock, or a shorter time`);
  }
});
