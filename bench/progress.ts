import type { Progress } from './rounds.ts';

/** What is being measured, on one line of a terminal; where there is none, a line as each workload begins. */
/** @param done - how much of the whole is done, from 0 to 1 */
export function showProgress(progress: Progress, done: number, elapsed: number): void {
  const { workload, entrant, round, rounds } = progress;
  const line = `${percent(done)}, ${(elapsed / 1000).toFixed(0)} s: ${workload}, round ${round} of ${rounds}, ${entrant}`;
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
  else if (lastShown !== `${workload} ${round}`) process.stderr.write(`${line}\n`);
  lastShown = `${workload} ${round}`;
}

let lastShown = '';

export function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}

function percent(part: number): string {
  return `${(part * 100).toFixed(0)} %`.padStart(5);
}
