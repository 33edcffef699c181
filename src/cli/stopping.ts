import { asyncScheduler, delay, map, switchMap, take, type Observable } from 'rxjs';
import { deadline } from '../connection/deadline.ts';
import type { Output, Terminal } from './command.ts';
import { IMPATIENT } from './live-screen.ts';
import { formatTime } from './format-quantity.ts';
import { note } from './output.ts';

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

/** Emits when a command that was told to stop has had the time that it may take for that: the failure to end with. */
export function outOfTime({ stop }: Pick<Terminal, 'stop'>, grace: number): Observable<Error> {
  return stop.pipe(
    take(1),
    switchMap(() => deadline(grace, asyncScheduler)),
    map(() => new Error(`not over ${formatTime(grace)} after Ctrl-C: what was still open was reset`)),
  );
}
