import { delay, of, type Observable, type SchedulerLike } from 'rxjs';
import { boundedMergeMap, framed, jsonLines, serve, type ServeOutcome, type Transport } from 'rxjs-net';
import type { Answer, Request } from './protocol.ts';

/** Payments by their id. It outlives a crash of the server, as a database does. */
export type Ledger = Map<number, number>;

const WORK = 300;

/** Pays what it is asked to pay, unless it has paid that before, and says so when it is done. */
export function rpcServer(
  transport: Transport,
  ledger: Ledger,
  scheduler: SchedulerLike,
): Observable<ServeOutcome<Request, Answer>> {
  const work = ({ id, pay }: Request): Observable<Answer> => {
    if (!ledger.has(id)) ledger.set(id, pay);
    return of({ id, paid: pay }).pipe(delay(WORK, scheduler));
  };
  return transport.listen().pipe(
    framed(jsonLines<Request, Answer>()),
    serve((connection) => boundedMergeMap(connection, work, 100)),
  );
}
