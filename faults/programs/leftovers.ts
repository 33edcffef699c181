import { readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** What a process holds: the names of its active resources and its open descriptors. */
interface Holding {
  readonly resources: readonly string[];
  readonly descriptors: number;
}

/** What a program has left behind, compared with its start. */
export interface Leftovers {
  readonly resources: readonly string[];
  readonly descriptors: number;
}

const PATIENCE = 2_000;
const LOOK_EVERY = 20;

/** Remembers what the process holds now; the result tells what it holds more, once that is nothing, or after 2 s. */
export function leftoversFromNow(): () => Promise<Leftovers> {
  const before = holding();
  return async () => {
    const begun = performance.now();
    // Node lists a handle for some turns after its 'close'.
    for (;;) {
      const left = difference(before, holding());
      const nothing = left.resources.length === 0 && left.descriptors <= 0;
      if (nothing || performance.now() - begun > PATIENCE) return left;
      await pause(LOOK_EVERY);
    }
  };
}

function holding(): Holding {
  return {
    resources: process.getActiveResourcesInfo(),
    descriptors: readdirSync('/proc/self/fd').length,
  };
}

function difference(before: Holding, after: Holding): Leftovers {
  const more = [...after.resources];
  for (const name of before.resources) {
    const at = more.indexOf(name);
    if (at >= 0) more.splice(at, 1);
  }
  return { resources: more, descriptors: after.descriptors - before.descriptors };
}
