/**
 * JSON-RPC 2.0 two ways, each with a server and a client in this process: `npx tsx examples/json-rpc/main.ts`
 *
 * First a language server, with vscode-jsonrpc and the `Content-Length` headers of its protocol; then a line of JSON for each
 * message, and no more than RxJS.
 */
import {
  catchError,
  concat,
  defer,
  finalize,
  ignoreElements,
  map,
  merge,
  mergeMap,
  Observable,
  of,
  Subject,
  switchMap,
  take,
  tap,
} from 'rxjs';
import { bind, connect, framed, jsonLines, serve } from 'rxjs-net';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import { fail } from '../fail.ts';
import { jsonRpcClient, type JsonRpcClient } from './client.ts';
import {
  didOpen,
  exit,
  initialize,
  languageServer,
  publishDiagnostics,
  shutdown,
  type Diagnostics,
} from './language-server.ts';
import { languageMessages, messageConnection } from './message-connection.ts';
import type { Request, Response } from './protocol.ts';
import { jsonRpcHandler } from './server.ts';

function withVscodeJsonrpc(): Observable<string> {
  const done = new Subject<void>();
  return bind('127.0.0.1:0', { until: done }).pipe(
    mergeMap(({ endpoint, connections }) => {
      const serving = connections.pipe(
        framed(languageMessages()),
        serve((connection) => messageConnection(connection).pipe(tap(languageServer), ignoreElements())),
        ignoreElements(),
      );
      const editing = connect(endpoint).pipe(
        framed(languageMessages()),
        switchMap(messageConnection),
        switchMap(edit),
        finalize(() => {
          done.next();
        }),
      );
      return merge(serving, editing);
    }),
  );
}

/** What an editor says to a language server. */
function edit(server: MessageConnection): Observable<string> {
  const textDocument = { uri: 'file:///notes.txt', text: 'done\nTODO: sleep\n' };
  const diagnostics = new Observable<Diagnostics>((subscriber) => {
    const listening = server.onNotification(publishDiagnostics, (published) => {
      subscriber.next(published);
    });
    return () => {
      listening.dispose();
    };
  });
  const opened = defer(() => server.sendNotification(didOpen, { textDocument })).pipe(ignoreElements());
  return concat(
    defer(() => server.sendRequest(initialize, { rootUri: null })),
    merge(diagnostics.pipe(take(1)), opened),
    defer(() => server.sendRequest(shutdown)),
    // The server ends the connection, and that ends this.
    defer(() => server.sendNotification(exit)).pipe(ignoreElements()),
  ).pipe(map((answer) => JSON.stringify(answer)));
}

function withRxJSAlone(): Observable<string> {
  const done = new Subject<void>();
  const methods = {
    add: (params: unknown) => {
      const [a, b] = params as readonly [number, number];
      return of(a + b);
    },
  };
  return bind('127.0.0.1:0', { until: done }).pipe(
    mergeMap(({ endpoint, connections }) => {
      const serving = connections.pipe(
        framed(jsonLines<unknown, Response | readonly Response[]>()),
        serve(jsonRpcHandler(methods)),
        ignoreElements(),
      );
      const calling = connect(endpoint).pipe(
        framed(jsonLines<Response, Request>()),
        switchMap(jsonRpcClient),
        switchMap(call),
        take(2),
        finalize(() => {
          done.next();
        }),
      );
      return merge(serving, calling);
    }),
  );
}

function call(server: JsonRpcClient): Observable<string> {
  return concat(
    server.call<number>('add', [20, 22]).pipe(map((sum) => `${sum}`)),
    server.call<string>('subtract', [20, 22]).pipe(catchError((error: unknown) => of(String(error)))),
  );
}

concat(withVscodeJsonrpc(), withRxJSAlone()).subscribe({ next: console.log, error: fail });
