import { catchError, EMPTY, finalize, interval, merge, mergeMap, take, tap } from 'rxjs';
import type { Scenario } from 'rxjs-net/testing';
import { rpcClient, type Habits } from './rpc-client.ts';
import { rpcServer, type Ledger } from './rpc-server.ts';

const PAYMENTS = 40;
const EACH = 500;

/** A client pays 40 times in 20 seconds, and drains. Whatever happens, each payment is made once, and confirmed. */
export function payments(habits: Habits = {}): Scenario {
  return (network) => {
    const { scheduler, random } = network;
    const server = network.host('server');
    const client = network.host('client');
    const ledger: Ledger = new Map();
    const confirmed: number[] = [];
    let hasEnded = false;

    server.run(() => rpcServer(server.transport({ port: 7000 }), ledger, scheduler));

    client.run(() => {
      const rpc = rpcClient('server:7000', { transport: client.transport(), scheduler, random }, habits);
      const paying = interval(EACH, scheduler).pipe(
        take(PAYMENTS),
        finalize(() => {
          client.note('drains');
          rpc.drain();
        }),
        mergeMap((n) => rpc.pay(n)),
        tap(({ paid }) => confirmed.push(paid)),
      );
      const running = rpc.running.pipe(
        catchError((error: unknown) => {
          client.note(`gives up: ${String(error)}`);
          return EMPTY;
        }),
        finalize(() => {
          hasEnded = true;
        }),
      );
      return merge(paying, running);
    });

    return {
      always: {
        'no payment is made twice': () => hasNoDoubles([...ledger.values()]),
        'no payment is confirmed twice': () => hasNoDoubles(confirmed),
      },
      eventually: {
        'the client comes to an end': () => hasEnded,
        'each payment is confirmed': () => confirmed.length === PAYMENTS,
      },
    };
  };
}

function hasNoDoubles(amounts: readonly number[]): boolean {
  return new Set(amounts).size === amounts.length;
}
