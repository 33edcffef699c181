import { defer, finalize, map, repeat, timer, type Observable } from 'rxjs';
import { boundedMergeMap, framed, lines, serve } from '../src/index.ts';
import type { SimulatedHost, SimulatedNetwork } from '../src/testing/index.ts';
import { BOOT, WORK } from './settings.ts';
import type { Tally } from './tally.ts';

export const SERVER_PORT = 7000;
const AT_A_TIME = 16;

/** A server that answers each line after some work, and drains, ends and starts anew whenever it is told to. */
export function server(
  host: SimulatedHost,
  { random, scheduler }: SimulatedNetwork,
  tally: Tally,
  restarts: Observable<unknown>,
): Observable<unknown> {
  const work = (): number => Math.round(WORK.least + (WORK.most - WORK.least) * random());
  return defer(() => host.transport({ port: SERVER_PORT, until: restarts }).listen()).pipe(
    framed(lines()),
    serve((connection) =>
      boundedMergeMap(
        connection,
        (request) => {
          tally.accepted(Number(request), host.name);
          return timer(work(), scheduler).pipe(map(() => request));
        },
        AT_A_TIME,
      ),
    ),
    finalize(() => {
      tally.restarted(host.name);
    }),
    repeat({ delay: () => timer(BOOT, scheduler) }),
  );
}
