import type { Writable } from 'node:stream';
import { asyncScheduler, forkJoin, Observable, takeUntil, timer } from 'rxjs';

type Output = Pick<Writable, 'write' | 'writableLength'>;

/**
 * Emits when not all that was written to some streams has been taken within a time; completes when it has, and waits no longer
 * than that takes.
 *
 * ```text
 * taken      --|             ------------
 * untaken    --|             ------(0|)
 * ```
 */
export function untaken(streams: readonly Output[], milliseconds: number): Observable<unknown> {
  return timer(milliseconds, asyncScheduler).pipe(takeUntil(forkJoin(streams.map(taken))));
}

function taken(stream: Output): Observable<unknown> {
  return new Observable((subscriber) => {
    const tell = (): void => {
      subscriber.next(stream);
      subscriber.complete();
    };
    // Its callback comes behind those of all that was written before.
    if (stream.writableLength === 0) tell();
    else stream.write('', tell);
  });
}
