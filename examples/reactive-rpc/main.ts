// A server and a client in one process: `npx tsx examples/reactive-rpc/main.ts`
import { ignoreElements, interval, map, merge, mergeMap, take } from 'rxjs';
import { bind, connect, framed, jsonLines, serve } from 'rxjs-net';
import { rpcClient } from './client.ts';
import type { Reply, Request } from './protocol.ts';
import { rpcHandler, type Methods } from './server.ts';

const methods: Methods = {
  add: (argument) => {
    const { a, b } = argument as { readonly a: number; readonly b: number };
    return [a + b];
  },
  clock: () => interval(100).pipe(map((tick) => `tick ${tick}`)),
};

bind('127.0.0.1:0')
  .pipe(
    mergeMap(({ endpoint, connections }) => {
      const served = connections.pipe(
        framed(jsonLines<Request, Reply>()),
        serve(rpcHandler(methods), { completeOnDrain: false }),
      );
      const asked = rpcClient(connect(endpoint).pipe(framed(jsonLines<Reply, Request>()))).pipe(
        mergeMap((client) =>
          merge(client.call<number>('add', { a: 20, b: 22 }), client.call<string>('clock').pipe(take(3))),
        ),
      );
      return merge(served.pipe(ignoreElements()), asked);
    }),
    // 42, and three ticks.
    take(4),
  )
  .subscribe({
    next: (answer) => {
      console.log(answer);
    },
    error: (error: unknown) => {
      console.error(String(error));
      process.exitCode = 1;
    },
  });
