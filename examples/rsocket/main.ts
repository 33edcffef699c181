/**
 * rsocket-js over rxjs-net, a server and a client in one process: `npx tsx examples/rsocket/main.ts`
 *
 * What is on the wire is RSocket over TCP: either end may be a program in another language.
 */
import { RSocketConnector, RSocketServer } from 'rsocket-core';
import { concat, defer, finalize, from, map, mergeMap, tap } from 'rxjs';
import { bind, connect } from 'rxjs-net';
import { fail } from '../fail.ts';
import { clientTransport } from './client-transport.ts';
import { requestChannel, requestResponse, requestStream } from './requests.ts';
import { numbers, payload, textOf } from './responder.ts';
import { serverTransport } from './server-transport.ts';

let endpoint = '';
const listener = bind('127.0.0.1:0').pipe(
  tap((server) => {
    endpoint = server.endpoint;
  }),
);
const serving = new RSocketServer({
  transport: serverTransport(listener),
  acceptor: { accept: () => Promise.resolve(numbers(console.log)) },
}).bind();

from(serving)
  .pipe(
    mergeMap((server) => {
      const connector = new RSocketConnector({ transport: clientTransport(defer(() => connect(endpoint))) });
      return from(connector.connect()).pipe(
        mergeMap((client) => {
          client.fireAndForget(payload('everything'), { onError: fail, onComplete: () => undefined });
          return concat(
            requestResponse(client, payload('there')),
            // Two at a time: the server counts no further than it is asked to.
            requestStream(client, payload('5'), 2),
            requestChannel(client, [10, 20, 30].map(String).map(payload), 1),
          ).pipe(
            finalize(() => {
              client.close();
            }),
          );
        }),
        finalize(() => {
          server.close();
        }),
      );
    }),
    map(({ data }) => textOf(data)),
  )
  .subscribe({ next: console.log, error: fail });
