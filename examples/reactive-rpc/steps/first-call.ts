// Calls and answers, and nothing more: `npx tsx examples/reactive-rpc/steps/first-call.ts`
import { filter, ignoreElements, map, merge, mergeMap, take, type Observable } from 'rxjs';
import { bind, connect, framed, jsonLines, serve, type Connection } from 'rxjs-net';

interface Call {
  readonly id: number;
  readonly method: string;
  readonly argument: readonly number[];
}

interface Answer {
  readonly id: number;
  readonly value: number | null;
}

const methods = new Map([
  ['add', (numbers: readonly number[]) => numbers.reduce((sum, n) => sum + n, 0)],
  ['largest', (numbers: readonly number[]) => Math.max(...numbers)],
]);

/** The server: a function from calls to answers. */
function answers(connection: Connection<Call, Answer>): Observable<Answer> {
  return connection.received.pipe(
    map(({ id, method, argument }) => ({ id, value: methods.get(method)?.(argument) ?? null })),
  );
}

/** The client: says it, and waits for the answer with the same id. */
function call(connection: Connection<Answer, Call>, request: Call): Observable<number | null> {
  const answered = connection.received.pipe(
    filter(({ id }) => id === request.id),
    map(({ value }) => value),
    take(1),
  );
  return merge(connection.send([request]), answered);
}

bind('127.0.0.1:0')
  .pipe(
    mergeMap(({ endpoint, connections }) => {
      const served = connections.pipe(framed(jsonLines<Call, Answer>()), serve(answers), ignoreElements());
      const asked = connect(endpoint).pipe(
        framed(jsonLines<Answer, Call>()),
        mergeMap((connection) => call(connection, { id: 1, method: 'add', argument: [20, 22] })),
      );
      return merge(served, asked);
    }),
    take(1),
  )
  .subscribe({ next: console.log, error: console.error });
