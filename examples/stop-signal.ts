import { distinctUntilChanged, fromEvent, map, merge, share, skip, type Observable } from 'rxjs';
import { fail } from './fail.ts';

// npm and tsx pass on a Ctrl-C that the terminal has sent to us as well: so soon after the first, it is the same one.
const SAME_SIGNAL = 500;

/** Emits at SIGINT and SIGTERM, for `until`. The second Ctrl-C of somebody who cannot wait ends the process at once. */
export const stopSignal: Observable<unknown> = merge(
  fromEvent(process, 'SIGINT'),
  fromEvent(process, 'SIGTERM'),
).pipe(
  map(() => performance.now()),
  distinctUntilChanged((before, now) => now - before < SAME_SIGNAL),
  share(),
);

// It also keeps the listeners: without any, the system's own answer to a signal is to end the process.
stopSignal.pipe(skip(1)).subscribe({ next: () => process.exit(130), error: fail });
