import { once } from 'node:events';
import {
  concat,
  count,
  EMPTY,
  finalize,
  firstValueFrom,
  map,
  merge,
  mergeMap,
  NEVER,
  of,
  Subject,
  take,
  tap,
  throwError,
  toArray,
  type ObservableInput,
  type Subscription,
} from 'rxjs';
import {
  framed,
  framedConnection,
  lines,
  openConnection,
  serve,
  TransportError,
  type Bytes,
  type Connection,
  type ServeOptions,
} from '../../src/index.ts';
import { closeOf, dialRaw, drain, startServer, type StartedServer } from '../loopback.ts';
import { record, settled, wire } from '../wire.ts';

type Handler = (connection: Connection) => ObservableInput<Bytes>;

interface Served extends StartedServer {
  /** What serve emitted: the code of each outcome's error, or `clean`. */
  readonly outcomes: string[];
  readonly until: Subject<void>;
}

async function startServing(handler: Handler, options: ServeOptions = {}): Promise<Served> {
  const until = new Subject<void>();
  const started = await startServer({ until });
  const outcomes: string[] = [];
  started.server.connections.pipe(serve(handler, options)).subscribe({
    next: ({ error }) => outcomes.push(error?.code ?? 'clean'),
    complete: () => outcomes.push('complete'),
  });
  return { ...started, outcomes, until };
}

const upperCase: Handler = ({ received }) => received.pipe(map((chunk) => chunk.toString().toUpperCase()));
const upperCaseAtEnd: Handler = ({ received }) =>
  received.pipe(
    toArray(),
    map((chunks) => Buffer.concat(chunks).toString().toUpperCase()),
  );

async function ask(endpoint: string, question: string): Promise<string> {
  const peer = await dialRaw(endpoint, { allowHalfOpen: false });
  peer.end(question);
  return (await drain(peer)).toString();
}

describe('serve', () => {
  it('answers each connection, closes it when the response completes, and emits its outcome', async () => {
    const { server, outcomes } = await startServing(upperCaseAtEnd);
    expect(await Promise.all(['a', 'b', 'c'].map((text) => ask(server.endpoint, text)))).toEqual([
      'A',
      'B',
      'C',
    ]);
    while (outcomes.length < 3) await settled();
    expect(outcomes).toEqual(['clean', 'clean', 'clean']);
  });

  it('pulls from a handler that returns an array, a Promise or an async iterable', async () => {
    async function* later(): AsyncGenerator<string> {
      yield await Promise.resolve('three');
    }
    const responses: ObservableInput<string>[] = [['one'], Promise.resolve('two'), later()];
    const { server } = await startServing(() => responses.shift() ?? EMPTY);
    const answers = [
      await ask(server.endpoint, ''),
      await ask(server.endpoint, ''),
      await ask(server.endpoint, ''),
    ];
    expect(answers).toEqual(['one', 'two', 'three']);
  });

  it('gives the outcome with the connection and its summary', () => {
    const { connection, fin } = wire();
    const outcome = firstValueFrom(of(connection).pipe(serve<Buffer, Bytes>(() => ['12345'])));
    fin();
    return expect(outcome).resolves.toEqual({
      connection,
      summary: expect.objectContaining({ bytesWritten: 5 }) as object,
    });
  });

  it.each<[string, Handler]>([
    [
      'throws',
      () => {
        throw new TypeError('mine');
      },
    ],
    ['errors', () => throwError(() => new TypeError('mine'))],
    ['rejects', () => Promise.reject(new TypeError('mine'))],
    [
      'errors with what is no Error',
      () =>
        concat(
          of('partial'),
          throwError(() => 'mine'),
        ),
    ],
  ])(
    'resets only the connection whose handler %s, with the cause in its outcome (rule 15)',
    async (_, failing) => {
      let first = true;
      const { server, outcomes, subscription } = await startServing((connection) => {
        const handler = first ? failing : upperCaseAtEnd;
        first = false;
        return handler(connection);
      });
      const peer = await dialRaw(server.endpoint);
      expect(await closeOf(peer)).toEqual({ error: 'ECONNRESET' });
      expect(await ask(server.endpoint, 'b')).toBe('B');
      while (outcomes.length < 2) await settled();
      expect(outcomes).toEqual(['ERR_HANDLER_FAILED', 'clean']);
      expect(subscription.closed).toBe(false);
    },
  );

  it('tells what the handler failed with, and at which peer', async () => {
    const { server } = await startServer();
    const cause = new TypeError('mine');
    const outcome = firstValueFrom(server.connections.pipe(serve(() => throwError(() => cause))));
    await dialRaw(server.endpoint);
    expect((await outcome).error).toMatchObject({
      code: 'ERR_HANDLER_FAILED',
      phase: 'handle',
      endpoint: expect.stringMatching(/^127\.0\.0\.1:\d+$/u),
      detail: 'mine',
      cause,
    });
  });

  it.each(['fin', 'reset'])(
    'keeps a finalizer that throws at %s from everything but its own connection (rules 15 and 17)',
    async (ending) => {
      let first = true;
      const { server, outcomes } = await startServing((connection) => {
        if (!first) return upperCaseAtEnd(connection);
        first = false;
        return connection.received.pipe(
          finalize(() => {
            throw new TypeError('mine');
          }),
        );
      });
      const peer = await dialRaw(server.endpoint);
      peer.write('x');
      await once(peer, 'data');
      if (ending === 'fin') peer.end();
      else peer.resetAndDestroy();
      while (outcomes.length === 0) await settled();
      expect(await ask(server.endpoint, 'b')).toBe('B');
      while (outcomes.length < 2) await settled();
      expect(outcomes).toEqual([ending === 'fin' ? 'ERR_HANDLER_FAILED' : 'ERR_CONNECTION_RESET', 'clean']);
    },
  );

  it('resets a client whose handler failed with the end of another connection', async () => {
    const [client, upstream] = [wire({ remote: 'unix:' }), wire({ remote: 'unix:' })];
    upstream.connection.end();
    const reset = jest.spyOn(client.stream, 'destroy');
    const { log } = record(
      of(client.connection).pipe(
        serve<Buffer, Bytes>(() => concat(of('partial'), upstream.connection.send(['x']))),
        map(({ error }) => error?.code),
      ),
    );
    await settled();
    expect(reset).toHaveBeenCalledWith();
    expect(log).toEqual(['"ERR_CLOSED"', 'complete']);
  });

  it('reports what is no response as a failure of the handler alone', async () => {
    const { server, outcomes } = await startServing(() => undefined as unknown as ObservableInput<Bytes>);
    await closeOf(await dialRaw(server.endpoint));
    while (outcomes.length === 0) await settled();
    expect(outcomes).toEqual(['ERR_INVALID_VALUE']);
  });

  it('resets a client when its upstream fails, and says which one it was', async () => {
    const upstream = new TransportError('ERR_CONNECTION_REFUSED', { phase: 'connect', endpoint: 'db:1' });
    const { server, outcomes } = await startServing(() => throwError(() => upstream));
    expect(await closeOf(await dialRaw(server.endpoint))).toEqual({ error: 'ECONNRESET' });
    while (outcomes.length === 0) await settled();
    expect(outcomes).toEqual(['ERR_CONNECTION_REFUSED']);
  });

  it('ends a handler that never completes when its peer resets', async () => {
    const { server, outcomes } = await startServing(({ received }) => concat(received.pipe(take(1)), NEVER));
    const peer = await dialRaw(server.endpoint);
    peer.write('x');
    await once(peer, 'data');
    peer.resetAndDestroy();
    while (outcomes.length === 0) await settled();
    expect(outcomes).toEqual(['ERR_CONNECTION_RESET']);
  });

  it('keeps a handler that never completes from nothing but its own connection, until the server is stopped', async () => {
    const { server, outcomes, stop } = await startServing(() => NEVER);
    const peer = await dialRaw(server.endpoint);
    peer.end();
    await settled();
    const stopping = stop();
    expect(await closeOf(peer)).toEqual({ error: undefined });
    expect(await stopping).toMatchObject({ drained: 1 });
    expect(outcomes).toEqual(['ERR_CLOSED', 'complete']);
  });

  it('holds reading while the response is congested (rule 13)', async () => {
    const { connection, stall, flow, say } = wire();
    const taken: string[] = [];
    record(
      of(connection).pipe(
        serve<Buffer, Bytes>(({ received }) =>
          received.pipe(
            map((chunk) => {
              taken.push(chunk.toString());
              return Buffer.alloc(100_000);
            }),
          ),
        ),
      ),
    );
    stall();
    say('a');
    await settled();
    say('b');
    await settled();
    expect(taken).toEqual(['a']);
    flow();
    await settled();
    expect(taken).toEqual(['a', 'b']);
  });

  it('closes its connections when it is unsubscribed (rule 2)', async () => {
    const { connection, ended, written } = wire();
    const responses = new Subject<string>();
    const { stop } = record(concat(of(connection), NEVER).pipe(serve<Buffer, Bytes>(() => responses)));
    responses.next('last words');
    stop();
    await settled();
    expect([written(), ended(), responses.observed]).toEqual(['last words', true, false]);
  });
});

describe('a drain of what is served', () => {
  it('answers what is in flight, then closes, and loses nothing (rule 3)', async () => {
    const finish = new Subject<void>();
    const { server, outcomes, until } = await startServing(({ received }) =>
      received.pipe(
        mergeMap((request) =>
          finish.pipe(
            take(1),
            map(() => `answer to ${request.toString()}`),
          ),
        ),
      ),
    );
    const peer = await dialRaw(server.endpoint, { allowHalfOpen: false });
    peer.write('request');
    while (!finish.observed) await settled();
    until.next();
    await settled();
    finish.next();
    expect((await drain(peer)).toString()).toBe('answer to request');
    while (outcomes.length < 2) await settled();
    expect(outcomes).toEqual(['clean', 'complete']);
    expect(await firstValueFrom(server.closed)).toEqual({
      drained: 1,
      forced: 0,
      lost: 0,
      refused: 0,
      bytesDiscarded: 0,
    });
  });

  it('closes idle connections at once (rule 3)', async () => {
    const { server, outcomes, until } = await startServing(upperCase);
    const peer = await dialRaw(server.endpoint, { allowHalfOpen: false });
    peer.write('x');
    await once(peer, 'data');
    until.next();
    expect(await closeOf(peer)).toEqual({ error: undefined });
    while (outcomes.length < 2) await settled();
    expect(outcomes).toEqual(['clean', 'complete']);
  });

  it('leaves received open where completeOnDrain is false, for a protocol with a GOAWAY of its own (rule 3)', async () => {
    const goAway: Handler = ({ received, draining }) => merge(received, draining.pipe(map(() => 'GOAWAY')));
    const { server, until, outcomes } = await startServing(goAway, { completeOnDrain: false });
    const peer = await dialRaw(server.endpoint, { allowHalfOpen: false });
    const text = drain(peer);
    peer.write('one ');
    await once(peer, 'data');
    until.next();
    await once(peer, 'data');
    peer.end(' two');
    expect((await text).toString()).toBe('one GOAWAY two');
    while (outcomes.length < 2) await settled();
    expect(outcomes).toEqual(['clean', 'complete']);
  });

  it('is no truncation for a handler that frames its connection itself (rule 3)', async () => {
    const { server, outcomes, until } = await startServing((connection) =>
      framedConnection(connection, lines()).received.pipe(map((line) => line.toUpperCase())),
    );
    const peer = await dialRaw(server.endpoint);
    peer.write('whole\nhal');
    const text = drain(peer);
    await new Promise((resolve) => peer.once('data', resolve));
    until.next();
    expect([(await text).toString(), (await closeOf(peer.end())).error]).toEqual(['WHOLE', undefined]);
    await firstValueFrom(server.closed);
    expect(outcomes).toEqual(['clean', 'complete']);
  });

  it('delivers what was received before it, and held, to a handler that frames its connection itself (rule 3)', async () => {
    let hold: Subscription | undefined;
    const { server, outcomes, until } = await startServing((connection) => {
      const messages = framedConnection(connection, lines());
      return messages.received.pipe(
        tap(() => (hold ??= messages.hold())),
        map((line) => line.toUpperCase()),
      );
    });
    const peer = await dialRaw(server.endpoint);
    peer.write('one\ntwo\nthr');
    const first = once(peer, 'data');
    const text = drain(peer);
    await first;
    until.next();
    hold?.unsubscribe();
    expect([(await text).toString(), (await closeOf(peer.end())).error]).toEqual(['ONETWO', undefined]);
    await firstValueFrom(server.closed);
    expect(outcomes).toEqual(['clean', 'complete']);
  });

  it('lets a handler pull by for await, and ends its loop', async () => {
    const { server, until } = await startServing(async function* (connection) {
      for await (const chunk of connection) yield chunk;
      yield 'bye';
    });
    const peer = await dialRaw(server.endpoint, { allowHalfOpen: false });
    peer.write('x');
    await once(peer, 'data');
    const text = drain(peer);
    until.next();
    expect((await text).toString()).toBe('bye');
  });
});

describe('withReceived', () => {
  it('hands everything but received to the connection', async () => {
    const { connection, fin, written } = wire();
    let seen: Connection | undefined;
    const serving = record(
      of(connection).pipe(
        serve<Buffer, Bytes>((given) => {
          seen = given;
          return NEVER;
        }),
      ),
    );
    expect(seen).toMatchObject({ id: connection.id, local: connection.local, remote: connection.remote });
    seen?.hold().unsubscribe();
    seen?.write('a');
    record(seen?.send(['b']) ?? EMPTY);
    await settled();
    seen?.end();
    fin();
    await seen?.[Symbol.asyncDispose]();
    expect(await seen?.close()).toMatchObject({ bytesWritten: 2 });
    seen?.abort();
    expect([written(), serving.log.length]).toEqual(['ab', 2]);
  });
});

describe('serve, of requests that came in one piece,', () => {
  it('holds again after each release, so that a client that reads gets every answer (rule 13)', async () => {
    const requests = 200;
    const answer = 'a'.repeat(64 * 1024);
    const { server } = await startServer({ maxWriteBuffer: 512 * 1024 });
    // 13 MB may take a busy machine as long as a deadline looks at its clock.
    const options = { frameTimeout: Infinity };
    const outcomes = record(
      server.connections.pipe(
        framed(lines(), options),
        serve(({ received }) => received.pipe(map(() => answer))),
      ),
    );
    const client = await openConnection(server.endpoint);
    client.write('x\n'.repeat(requests));
    const answers = framedConnection(client, lines(), options).received.pipe(take(requests), count());
    expect(await firstValueFrom(answers)).toBe(requests);
    expect(outcomes.log).toEqual([]);
    client.abort();
  });
});
