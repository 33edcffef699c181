import { catchError, merge, of, switchMap, tap, timer, type Observable, type ObservableInput } from 'rxjs';
import { framed, jsonLines, serve } from 'rxjs-net';
import { SimulatedNetwork, SimulationScheduler } from 'rxjs-net/testing';
import { rpcClient, type RpcClient } from '../client.ts';
import type { Reply, Request } from '../protocol.ts';
import { rpcHandler, type Methods } from '../server.ts';

export interface Simulation {
  readonly methods: (network: SimulatedNetwork) => Methods;
  /** What the client calls; each answer is noted in the trace. */
  readonly calls: (rpc: RpcClient, network: SimulatedNetwork) => Observable<unknown>;
  /** When the server drains, in milliseconds, and another one takes its place. Default: never. */
  readonly drain?: number;
}

/** A server and a client, 10 ms from each other, in virtual time; nothing happens before `advance`. */
export function simulation({ methods, calls, drain }: Simulation): SimulatedNetwork {
  const scheduler = new SimulationScheduler();
  const network = new SimulatedNetwork({ scheduler, latency: 10 });
  const server = network.host('server');
  const client = network.host('client');

  const served = (options: { readonly until?: ObservableInput<unknown> }): Observable<unknown> =>
    server
      .transport({ port: 7000, ...options })
      .listen()
      .pipe(
        framed(jsonLines<Request, Reply>()),
        serve(rpcHandler(methods(network), { scheduler }), { completeOnDrain: false }),
      );
  server.run(() => {
    if (drain === undefined) return served({});
    return merge(
      served({ until: timer(drain, scheduler) }),
      timer(drain, scheduler).pipe(switchMap(() => served({}))),
    );
  });

  client.run(() => {
    const dial = client.transport().connect('server:7000').pipe(framed(jsonLines<Reply, Request>()));
    return rpcClient(dial, { scheduler, random: network.random }).pipe(
      switchMap((rpc) => calls(rpc, network).pipe(catchError((error: unknown) => of(error)))),
      tap((answer) => {
        client.note(`answer: ${String(answer)}`);
      }),
    );
  });
  return network;
}
