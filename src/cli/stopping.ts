import { asyncScheduler, delay, map, merge, switchMap, take, type Observable } from 'rxjs';
import { deadline } from '../connection/deadline.ts';
import type { Output, Terminal } from './command.ts';
import { Interrupted } from './interrupted.ts';
import { IMPATIENT } from './live-screen.ts';
import { formatTime } from './format-quantity.ts';
import { note } from './output.ts';

const RESET = 'what was still open was reset';
// Who is answered at once need not be told that it takes a while.
const A_WHILE = 300;

/** Says that it was heard, when to stop takes a while. */
export function stoppingNote({ stop }: Pick<Terminal, 'stop'>): Observable<Output> {
  return stop.pipe(
    take(1),
    delay(A_WHILE),
    map(() => note(`stopping; ${IMPATIENT}`)),
  );
}

/**
 * Emits the failure to end with, when a command that was told to stop has had the time that it may take for that, or is told again.
 *
 * ```text
 * stop        --s--------      --s--s-----
 * outOfTime   -----------(e|)  -----(i|)      e: not over after the grace, i: interrupted
 * ```
 */
export function outOfTime({ stop }: Pick<Terminal, 'stop'>, grace: number): Observable<Error> {
  const late = (): Error => new Error(`not over ${formatTime(grace)} after Ctrl-C: ${RESET}`);
  const impatient = (): Error => new Interrupted(`Ctrl-C again: ${RESET}`);
  return stop.pipe(
    take(1),
    switchMap(() => merge(deadline(grace, asyncScheduler).pipe(map(late)), stop.pipe(map(impatient)))),
    take(1),
  );
}
