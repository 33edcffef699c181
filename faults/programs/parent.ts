import { fromEvent, share, type Observable } from 'rxjs';
import { leftoversFromNow, type Leftovers } from './leftovers.ts';

/** What the main process tells a program. */
export interface Command {
  readonly kind: 'stop' | 'mark' | 'pause' | 'resume' | 'snapshot';
}

let finished = false;
// The main process is gone, however: nobody is left to report to.
process.on('disconnect', () => {
  if (!finished) process.exit(1);
});

export const commands: Observable<Command['kind']> = fromEvent(
  process,
  'message',
  (said: Command) => said.kind,
).pipe(share());

/** The program's one argument. */
export function settings(): unknown {
  return JSON.parse(process.argv[2] ?? '{}');
}

export function tell(message: object): void {
  process.send?.(message);
}

/** To be called first of all. The result reports, lets go of the main process, and leaves the process to end by itself. */
export function reporter(): (report: object) => Promise<void> {
  const leftovers = leftoversFromNow();
  return async (report) => {
    const left: Leftovers = await leftovers();
    finished = true;
    process.send?.({ kind: 'finished', report: { ...report, left } }, () => {
      process.disconnect();
    });
  };
}
