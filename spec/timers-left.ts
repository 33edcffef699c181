import { forgetTimers, isOfProcesses, runningTimers } from './real-timers.ts';

// A timer that nobody cancels keeps a process alive for as long as it takes. This file is the last `setupFilesAfterEnv` of jest:
// when cleanup.ts has closed all that a spec had opened, it fails those that leave a timer behind.

// In turns and not in time, so that a busy machine has as many: a connection that was let go may still be closing. A timer of less than
// 400 ms fires meanwhile and is not noticed: it may be that of such a connection.
const TURNS = 80;

afterEach(async () => {
  for (let turn = 0; turn < TURNS && runningTimers().length > 0; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const left = runningTimers();
  forgetTimers();
  if (left.length > 0 && !isOfProcesses()) {
    throw new Error(
      `this spec left ${left.join(', ')} behind: it is nobody's any more, and keeps the process alive`,
    );
  }
});
