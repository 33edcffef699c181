import { interval } from 'rxjs';
import { atTestEnd } from './at-test-end.ts';

const SAMPLE_EVERY = 10;

/** Watches the resident memory of this process; the result tells by how many bytes it has grown at most. */
export function watchMemoryGrowth(): () => number {
  const before = process.memoryUsage.rss();
  let most = before;
  const sample = (): void => {
    most = Math.max(most, process.memoryUsage.rss());
  };
  const sampling = interval(SAMPLE_EVERY).subscribe(sample);
  atTestEnd(() => {
    sampling.unsubscribe();
  });
  return () => {
    sample();
    sampling.unsubscribe();
    return most - before;
  };
}
