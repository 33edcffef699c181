/**
 * A backend; main.ts starts it. It answers until SIGTERM, says goaway, and then answers what is still on its way.
 *
 *   npx tsx backend.ts 127.0.0.1:7000 /tmp/accepted    where to listen, and where to write what was accepted
 */
import { openSync, writeSync } from 'node:fs';
import {
  concat,
  endWith,
  fromEvent,
  ignoreElements,
  map,
  merge,
  NEVER,
  of,
  switchMap,
  takeWhile,
  tap,
  timer,
  type Observable,
} from 'rxjs';
import { bind, boundedMergeMap, framed, serve, type Connection, type ShutdownSummary } from 'rxjs-net';
import { fail } from '../fail.ts';
import { serverCodec, type Answer, type Ask, type FromServer } from './protocol.ts';

/** What main.ts is told, over Node's IPC channel. */
export type BackendMessage =
  | { readonly kind: 'listening' }
  | { readonly kind: 'drained'; readonly milliseconds: number; readonly summary: ShutdownSummary };

const [endpoint = '127.0.0.1:7000', ledger = '/dev/null', fault] = process.argv.slice(2);
// Longer than any answer takes; with closeTimeout, shorter than whoever sends SIGTERM waits before SIGKILL.
const GRACE_PERIOD = 5_000;
const CLOSE_TIMEOUT = 1_000;
const AT_A_TIME = 100;
// What happens without a goaway can be seen with `--break no-goaway`.
const saysGoAway = fault !== 'no-goaway';

const accepted = openSync(ledger, 'a');
let stoppedAt = 0;
const stop = fromEvent(process, 'SIGTERM').pipe(
  tap(() => {
    stoppedAt = performance.now();
  }),
);

bind(endpoint, { until: stop, gracePeriod: GRACE_PERIOD, closeTimeout: CLOSE_TIMEOUT })
  .pipe(
    switchMap((server) => {
      report({ kind: 'listening' });
      const served = server.connections.pipe(
        framed(serverCodec),
        serve(converse, { completeOnDrain: !saysGoAway }),
        ignoreElements(),
      );
      return concat(served, server.closed);
    }),
  )
  .subscribe({
    next: (summary) => {
      report({ kind: 'drained', milliseconds: performance.now() - stoppedAt, summary });
      process.disconnect();
    },
    error: fail,
  });

// Nobody waits for us any more when main.ts is gone.
process.on('disconnect', () => process.exit());

/** Answers until the client's FIN. A drain asks the client for it, instead of cutting off what is under way. */
function converse(connection: Connection<Ask, FromServer>): Observable<FromServer> {
  const hello = of<FromServer>({ kind: 'hello' });
  const answers = boundedMergeMap(connection, answer, AT_A_TIME).pipe(endWith(undefined));
  const goAway = saysGoAway ? connection.draining.pipe(map((): FromServer => ({ kind: 'goaway' }))) : NEVER;
  return concat(hello, merge(answers, goAway).pipe(takeWhile((message) => message !== undefined)));
}

/** The ledger is written before the work begins, and the kernel has it then: it outlives a SIGKILL. */
function answer({ id, work }: Ask): Observable<Answer> {
  writeSync(accepted, `${id}\n`);
  return timer(work).pipe(map(() => ({ kind: 'answer', id })));
}

function report(message: BackendMessage): void {
  process.send?.(message);
}
