import { distinctUntilChanged, fromEvent, map, merge, share, type Observable } from 'rxjs';

// npx passes on a Ctrl-C that the terminal has sent to us as well: so soon after the first, it is the same one.
const SAME_SIGNAL = 500;

/** Emits at Ctrl-C (SIGINT) and SIGTERM. While it is subscribed, these do not end the process by themselves. */
export const stopSignal: Observable<unknown> = merge(
  fromEvent(process, 'SIGINT'),
  fromEvent(process, 'SIGTERM'),
).pipe(
  map(() => performance.now()),
  distinctUntilChanged((before, now) => now - before < SAME_SIGNAL),
  share(),
);
