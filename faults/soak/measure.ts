import { setImmediate as turn } from 'node:timers/promises';
import { getHeapStatistics, writeHeapSnapshot } from 'node:v8';
import { join } from 'node:path';
import { leftoversFromNow } from '../programs/leftovers.ts';
import { tell } from '../programs/parent.ts';
import type { Measure, SoakMessage } from './soak-report.ts';

// What one collection frees may have kept something else that is only weakly held, or has a finalizer.
const COLLECTIONS = 5;

/** Remembers what the process holds now; the result measures what it holds later, with all garbage collected. */
export function measuring(): () => Promise<Measure> {
  const leftovers = leftoversFromNow();
  return async () => {
    const { resources, descriptors } = await leftovers();
    for (let time = 0; time < COLLECTIONS; time += 1) {
      await turn();
      if (globalThis.gc === undefined) throw new Error('to be run with --expose-gc');
      globalThis.gc();
    }
    const { arrayBuffers } = process.memoryUsage();
    return { heap: getHeapStatistics().used_heap_size, arrayBuffers, descriptors, resources };
  };
}

export function tellSoak(message: SoakMessage): void {
  tell(message);
}

/** Writes what is on the heap, for the developer tools of a browser. */
export function snapshot(folder: string, who: string): void {
  const name = `${who}-${process.pid}-${Math.round(performance.now())}.heapsnapshot`;
  tellSoak({ kind: 'written', file: writeHeapSnapshot(join(folder, name)) });
}
