import { defer, interval, map, merge, startWith, tap, type Observable } from 'rxjs';
import type { Output, Terminal } from './command.ts';

/** What a command says once it was told to stop. */
export const IMPATIENT = 'Ctrl-C again ends it at once';

const REFRESH = 500;

/**
 * Draws twice a second, and at once when the command is told to stop: who has pressed Ctrl-C sees that it was heard.
 *
 * `draw` is given what its last line is to end with.
 */
export function liveScreen(
  terminal: Pick<Terminal, 'stop'>,
  draw: (ending: string) => readonly string[],
): Observable<Output> {
  return defer(() => {
    let ending = '';
    const stop = terminal.stop.pipe(
      tap(() => {
        ending = `; ${IMPATIENT}`;
      }),
    );
    return merge(interval(REFRESH), stop).pipe(
      startWith(0),
      map((): Output => ({ kind: 'screen', lines: draw(ending) })),
    );
  });
}
