// Many networks, each with faults of its own: `npx tsx examples/reactive-rpc/steps/explore.ts`
import { catchError, finalize, map, mergeMap, of, switchMap, take, tap, timer } from 'rxjs';
import { framed, jsonLines, serve } from 'rxjs-net';
import { explore, type Scenario } from 'rxjs-net/testing';
import { rpcClient } from '../client.ts';
import type { Reply, Request } from '../protocol.ts';
import { rpcHandler } from '../server.ts';

const CALLS = 40;

/** Whatever happens, each call ends: with its own answer, or with an error. */
const scenario: Scenario = (network) => {
  const { scheduler, random } = network;
  const server = network.host('server');
  const client = network.host('client');
  let [ended, wrong] = [0, 0];

  const echo = (argument: unknown) => timer(200, scheduler).pipe(map(() => argument));
  server.run(() =>
    server
      .transport({ port: 7000 })
      .listen()
      .pipe(
        framed(jsonLines<Request, Reply>()),
        serve(rpcHandler({ echo }, { scheduler }), { completeOnDrain: false }),
      ),
  );
  client.run(() => {
    const dial = client.transport().connect('server:7000').pipe(framed(jsonLines<Reply, Request>()));
    return rpcClient(dial, { scheduler, random }).pipe(
      switchMap((rpc) =>
        timer(0, 500, scheduler).pipe(
          take(CALLS),
          mergeMap((n) =>
            rpc.call<number>('echo', n, { deadline: 5000 }).pipe(
              tap((answer) => {
                if (answer !== n) wrong += 1;
              }),
              catchError((error: unknown) => of(error)),
              finalize(() => (ended += 1)),
            ),
          ),
        ),
      ),
    );
  });
  return {
    always: { 'no answer is that of another call': () => wrong === 0 },
    eventually: { 'every call has ended': () => ended === CALLS },
  };
};

console.log(
  await explore(scenario, { seeds: 50, duration: 30_000, quiet: 60_000, faults: { crash: ['server'] } }),
);
