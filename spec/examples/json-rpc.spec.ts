import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectSocket, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  concatMap,
  EMPTY,
  firstValueFrom,
  forkJoin,
  ignoreElements,
  lastValueFrom,
  mergeMap,
  Observable,
  of,
  ReplaySubject,
  Subject,
  take,
  tap,
  throwError,
  toArray,
} from 'rxjs';
import {
  bind,
  connect,
  framed,
  INCOMPLETE,
  jsonLines,
  serve,
  TransportError,
  type BindOptions,
  type Connection,
  type FrameLimit,
  type ServeOutcome,
} from 'rxjs-net';
import { connectionDouble } from 'rxjs-net/testing';
import {
  CancellationTokenSource,
  createMessageConnection,
  NotificationType,
  ProgressType,
  RequestType,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
  type Message,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { jsonRpcClient, type JsonRpcClient } from '../../examples/json-rpc/client.ts';
import { contentLength } from '../../examples/json-rpc/content-length.ts';
import {
  didOpen,
  exit,
  initialize,
  languageServer,
  publishDiagnostics,
  shutdown,
} from '../../examples/json-rpc/language-server.ts';
import { languageMessages, messageConnection } from '../../examples/json-rpc/message-connection.ts';
import { errorCodes, JsonRpcError, type Request, type Response } from '../../examples/json-rpc/protocol.ts';
import { jsonRpcHandler, type Methods } from '../../examples/json-rpc/server.ts';
import { afterThisSpec } from '../cleanup.ts';
import { dial } from './peer.ts';
import { run, within } from './program.ts';

type Open = (rpc: MessageConnection) => void;

function soon<T>(source: Observable<T>, what = 'nothing came'): Promise<T> {
  return within(firstValueFrom(source), () => what);
}

async function serving<Out>(
  served: (connections: Observable<Connection>) => Observable<Out>,
  endpoint = '127.0.0.1:0',
  options: BindOptions = {},
): Promise<{ readonly endpoint: string; readonly port: number; readonly outcomes: Observable<Out> }> {
  const outcomes = new ReplaySubject<Out>();
  const bound = new ReplaySubject<string>();
  const subscription = bind(endpoint, { closeTimeout: 500, ...options })
    .pipe(
      tap((server) => {
        bound.next(server.endpoint);
      }),
      mergeMap((server) => served(server.connections)),
    )
    .subscribe(outcomes);
  afterThisSpec(() => {
    subscription.unsubscribe();
  });
  const real = await soon(bound);
  return { endpoint: real, port: Number(real.split(':').at(-1)), outcomes };
}

describe('examples/json-rpc, contentLength()', () => {
  const one = 'Content-Length: 2\r\n\r\n{}';
  const many = Buffer.from(
    `${one}Content-Length: 0\r\n\r\nContent-Length: 6\r\n\r\n"žluť"`.replace('6', '8'),
  );

  function decoded(bytes: Buffer, size: number, limit: FrameLimit = {}): string[] {
    const decoder = contentLength(limit).decoder();
    const messages: string[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      decoder.push(bytes.subarray(at, at + size));
      for (let next = decoder.next(); next !== INCOMPLETE; next = decoder.next())
        messages.push(next.toString());
    }
    expect(decoder.end()).toBe(INCOMPLETE);
    return messages;
  }

  it.each([1, 2, 3, 7, 24, 25, 1000])('finds the messages in pieces of %i bytes', (size) => {
    expect(decoded(many, size)).toEqual(['{}', '', '"žluť"']);
  });

  it('takes the fields in any order and letter case', () => {
    const header = 'content-type: application/vscode-jsonrpc; charset=utf-8\r\nCONTENT-LENGTH:2 ';
    expect(decoded(Buffer.from(`${header}\r\n\r\n{}`), 1000)).toEqual(['{}']);
  });

  it.each([
    ['says no length', 'Content-Type: text/plain'],
    ['says no number', 'Content-Length: two'],
    ['says less than nothing', 'Content-Length: -2'],
    ['says two lengths', 'Content-Length: 2\r\nContent-Length: 3'],
    ['has no field', 'GET / HTTP/1.1'],
  ])('refuses a header that %s', (_what, header) => {
    const refusal = expect.objectContaining({ code: 'ERR_INVALID_FRAME', phase: 'read' });
    expect(() => decoded(Buffer.from(`${header}\r\n\r\n{}`), 1000)).toThrow(refusal);
  });

  it('refuses what is too long, either way, as soon as that is known', () => {
    const tooLong = expect.objectContaining({ code: 'ERR_FRAME_TOO_LONG' });
    const ten = { maxFrameLength: 10 };
    expect(() => decoded(Buffer.from('Content-Length: 11\r\n\r\n'), 1000, ten)).toThrow(tooLong);
    expect(() => decoded(Buffer.from(`Content-Length: ${'9'.repeat(400)}\r\n\r\n`), 1000)).toThrow(tooLong);
    expect(() => decoded(Buffer.alloc(2000, 'a'), 1000)).toThrow(tooLong);
    const sink = { uint: () => undefined, bytes: () => undefined, text: () => undefined };
    expect(() => {
      contentLength(ten).encode('žluťoučký', sink);
    }).toThrow(tooLong);
  });

  it.each(['Content-Le', 'Content-Length: 2\r\n\r\n', 'Content-Length: 2\r\n\r\n{'])(
    'says that the stream ended after %j',
    (text) => {
      const truncated = expect.objectContaining({ code: 'ERR_FRAME_TRUNCATED' });
      expect(() => decoded(Buffer.from(text), 1000)).toThrow(truncated);
    },
  );

  it.each([
    ['', 'hello\n'],
    ['Content-Length: 9\r\n', ''],
    ['Content-Length: 9\r\n\r\n', '{"a"'],
  ])('gives back what is in no message yet, after %j', (header, text) => {
    const decoder = contentLength().decoder();
    decoder.push(Buffer.from(one + header + text));
    expect(String(decoder.next())).toBe('{}');
    if (header !== '') expect(decoder.next()).toBe(INCOMPLETE);
    expect(decoder.rest().toString()).toBe(header + text);
    decoder.push(Buffer.from(one));
    expect(String(decoder.next())).toBe('{}');
  });
});

describe('examples/json-rpc, messageConnection()', () => {
  const add = new RequestType<{ a: number; b: number }, number, string>('add');
  const say = new NotificationType<string>('say');
  const wait = new RequestType<string, string, void>('wait');

  const servingMessages = (
    open: Open,
    endpoint?: string,
    limit?: FrameLimit,
  ): Promise<{ endpoint: string; port: number; outcomes: Observable<ServeOutcome<Message, Message>> }> =>
    serving(
      (connections) =>
        connections.pipe(
          framed(languageMessages(limit)),
          serve((connection) => messageConnection(connection).pipe(tap(open), ignoreElements())),
        ),
      endpoint,
    );

  /** A client of ours, and how it ends: `complete`, or the code of the error. */
  async function client(endpoint: string): Promise<{ rpc: MessageConnection; end: Promise<string> }> {
    const opened = new ReplaySubject<MessageConnection>();
    const end = new ReplaySubject<string>();
    const subscription = connect(endpoint, { closeTimeout: 500 })
      .pipe(framed(languageMessages()), concatMap(messageConnection))
      .subscribe({
        next: (rpc) => {
          opened.next(rpc);
        },
        error: (error: unknown) => {
          end.next(TransportError.is(error) ? error.code : String(error));
        },
        complete: () => {
          end.next('complete');
        },
      });
    afterThisSpec(() => {
      subscription.unsubscribe();
    });
    return {
      rpc: await soon(opened),
      get end() {
        return soon(end, 'it does not end');
      },
    };
  }

  /** vscode-jsonrpc's own reader and writer, over a plain socket. */
  function stock(socket: Socket): MessageConnection {
    afterThisSpec(() => socket.destroy());
    const rpc = createMessageConnection(new StreamMessageReader(socket), new StreamMessageWriter(socket));
    afterThisSpec(() => {
      rpc.dispose();
    });
    return rpc;
  }

  const calculator: Open = (rpc) => {
    rpc.onRequest(add, ({ a, b }) =>
      Number.isFinite(a) && Number.isFinite(b) ? a + b : new ResponseError(-32602, 'no numbers', 'a, b'),
    );
  };

  it('answers requests, and says what is wrong with others', async () => {
    const { endpoint } = await servingMessages(calculator);
    const { rpc } = await client(endpoint);
    expect(await rpc.sendRequest(add, { a: 20, b: 22 })).toBe(42);
    await expect(rpc.sendRequest(add, { a: 20, b: NaN })).rejects.toMatchObject({
      code: -32602,
      data: 'a, b',
    });
    await expect(rpc.sendRequest('nothing')).rejects.toMatchObject({ code: -32601 });
  });

  it('notifies, both ways, with text in many bytes', async () => {
    const heard = new ReplaySubject<string>();
    const { endpoint } = await servingMessages((rpc) => {
      rpc.onNotification(say, async (text) => rpc.sendNotification(say, `${text} 🐎`));
    });
    const { rpc } = await client(endpoint);
    rpc.onNotification(say, (text) => {
      heard.next(text);
    });
    await rpc.sendNotification(say, 'příliš žluťoučký');
    expect(await soon(heard)).toBe('příliš žluťoučký 🐎');
  });

  it('cancels by token', async () => {
    const asked = new ReplaySubject<string>();
    const { endpoint } = await servingMessages((rpc) => {
      rpc.onRequest(
        wait,
        (what, token) =>
          new Promise((resolve) => {
            asked.next(what);
            token.onCancellationRequested(() => {
              resolve('cancelled');
            });
          }),
      );
    });
    const { rpc } = await client(endpoint);
    const source = new CancellationTokenSource();
    const answer = rpc.sendRequest(wait, 'for ever', source.token);
    await soon(asked);
    source.cancel();
    expect(await within(answer, () => 'not cancelled')).toBe('cancelled');
  });

  it('tells of progress', async () => {
    const percent = new ProgressType<number>();
    const { endpoint } = await servingMessages((rpc) => {
      rpc.onRequest(wait, async () => {
        for (const done of [10, 50, 100]) await rpc.sendProgress(percent, 'token', done);
        return 'done';
      });
    });
    const { rpc } = await client(endpoint);
    const seen: number[] = [];
    rpc.onProgress(percent, 'token', (done) => {
      seen.push(done);
    });
    expect(await rpc.sendRequest(wait, 'a moment')).toBe('done');
    expect(seen).toEqual([10, 50, 100]);
  });

  it('keeps the order of messages that have to wait for the peer', async () => {
    const all = new Subject<string>();
    const { endpoint } = await servingMessages((rpc) => {
      rpc.onNotification(say, (text) => {
        all.next(text.slice(0, 2));
      });
    });
    const { rpc } = await client(endpoint);
    const order = lastValueFrom(all.pipe(take(32), toArray()));
    const sent = Array.from({ length: 32 }, (_, index) => String(index + 10));
    await Promise.all(sent.map((number) => rpc.sendNotification(say, number + 'a'.repeat(131_072))));
    expect(await within(order, () => 'not all came')).toEqual(sent);
  });

  it("serves vscode-jsonrpc's own reader and writer", async () => {
    const { port } = await servingMessages(calculator);
    const rpc = stock(connectSocket(port, '127.0.0.1'));
    rpc.listen();
    expect(await rpc.sendRequest(add, { a: 1, b: 2 })).toBe(3);
  });

  it("is served by vscode-jsonrpc's own reader and writer", async () => {
    const server = createServer((socket) => {
      const rpc = stock(socket);
      calculator(rpc);
      rpc.listen();
    });
    afterThisSpec(() => server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { rpc } = await client(`127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(await rpc.sendRequest(add, { a: 1, b: 2 })).toBe(3);
  });

  it('runs over a Unix socket', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'rxjs-net-json-rpc-'));
    afterThisSpec(() => {
      rmSync(directory, { recursive: true });
    });
    const { endpoint } = await servingMessages(calculator, `unix:${join(directory, 'rpc.sock')}`);
    const { rpc, end } = await client(endpoint);
    expect(await rpc.sendRequest(add, { a: 1, b: 2 })).toBe(3);
    rpc.dispose();
    expect(await end).toBe('complete');
  });

  it.each([
    ['a malformed header', 'Content-Length: many\r\n\r\n', 'ERR_INVALID_FRAME'],
    ['a message that is too long', 'Content-Length: 1001\r\n\r\n', 'ERR_FRAME_TOO_LONG'],
    ['no JSON', 'Content-Length: 2\r\n\r\n{{', 'ERR_INVALID_MESSAGE'],
  ])('ends the connection of a peer that sends %s, and no other', async (_what, text, code) => {
    const { endpoint, port, outcomes } = await servingMessages(calculator, undefined, {
      maxFrameLength: 1000,
    });
    const { rpc } = await client(endpoint);
    const peer = await dial(port);
    peer.socket.write(text);
    await peer.ended;
    expect(await soon(outcomes)).toMatchObject({ error: { code } });
    expect(await rpc.sendRequest(add, { a: 1, b: 2 })).toBe(3);
  });

  it('rejects what waits when the server ends, and completes', async () => {
    const { endpoint } = await servingMessages((rpc) => {
      rpc.onRequest(wait, () => {
        rpc.dispose();
        return new Promise<string>(() => undefined);
      });
    });
    const { rpc, end } = await client(endpoint);
    await expect(rpc.sendRequest(wait, 'for ever')).rejects.toThrow('Pending response rejected');
    expect(await end).toBe('complete');
  });

  it('rejects what waits when the connection is lost, and errors', async () => {
    const server = createServer((socket) => {
      socket.once('data', () => socket.resetAndDestroy());
    });
    afterThisSpec(() => server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { rpc, end } = await client(`127.0.0.1:${(server.address() as AddressInfo).port}`);
    await expect(rpc.sendRequest(wait, 'for ever')).rejects.toThrow('Pending response rejected');
    expect(await end).toBe('ERR_CONNECTION_RESET');
  });

  it('is enough for an editor and its language server', async () => {
    const { endpoint, outcomes } = await servingMessages(languageServer);
    const { rpc, end } = await client(endpoint);
    const published = new ReplaySubject<unknown>();
    rpc.onNotification(publishDiagnostics, (diagnostics) => {
      published.next(diagnostics);
    });
    expect(await rpc.sendRequest(initialize, { rootUri: null })).toEqual({
      capabilities: { textDocumentSync: 1 },
    });
    const uri = 'file:///notes.txt';
    await rpc.sendNotification(didOpen, { textDocument: { uri, text: 'done\n  TODO: čas\n' } });
    expect(await soon(published)).toEqual({ uri, diagnostics: [{ line: 1, message: 'TODO: čas' }] });
    expect(await rpc.sendRequest(shutdown)).toBeNull();
    await rpc.sendNotification(exit);
    expect(await end).toBe('complete');
    expect((await soon(outcomes)).error).toBeUndefined();
  });
});

describe('examples/json-rpc, jsonRpcHandler() and jsonRpcClient()', () => {
  const calls = new Subject<string>();
  const methods: Methods = {
    add: (params) => {
      if (!Array.isArray(params))
        throw new JsonRpcError({ code: errorCodes.invalidParams, message: 'two numbers' });
      return [(params as number[]).reduce((sum, next) => sum + next, 0)];
    },
    nothing: () => EMPTY,
    fail: () => throwError(() => new Error('out of paper')),
    wait: () =>
      new Observable(() => {
        calls.next('begun');
        return () => {
          calls.next('cancelled');
        };
      }),
    later: () => Promise.resolve('done'),
    bigInt: () => [5n],
    cycle: () => {
      const ring: { self?: unknown } = {};
      ring.self = ring;
      return [ring];
    },
    text: (params) => ['x'.repeat(Number(Reflect.get(Object(params) as object, 'length')))],
    failWith: () => {
      throw new JsonRpcError({ code: 1, message: 'a detail', data: { left: 5n } });
    },
    function: () => [() => 1],
    symbol: () => [Symbol('of nothing')],
    silent: () => [{ toJSON: () => undefined }],
    toggle: () => of(true).pipe(tap(() => calls.next('toggled'))),
  };

  const servingLines = (
    maxCalls?: number,
    limit?: FrameLimit,
  ): Promise<{ endpoint: string; port: number; outcomes: Observable<ServeOutcome<unknown, unknown>> }> =>
    serving((connections) =>
      connections.pipe(
        framed(jsonLines<unknown, Response | readonly Response[]>(limit)),
        serve(jsonRpcHandler(methods, maxCalls === undefined ? {} : { maxCalls })),
      ),
    );

  async function client(endpoint: string): Promise<JsonRpcClient> {
    const opened = new ReplaySubject<JsonRpcClient>();
    const subscription = connect(endpoint, { closeTimeout: 500 })
      .pipe(framed(jsonLines<Response, Request>()), concatMap(jsonRpcClient))
      .subscribe({ next: (rpc) => opened.next(rpc), error: () => undefined });
    afterThisSpec(() => {
      subscription.unsubscribe();
    });
    return soon(opened);
  }

  /** What the server says to these lines and FIN; it has lines of 1000 bytes, and runs 10 calls. */
  async function answersTo(...said: readonly string[]): Promise<unknown[]> {
    const { port } = await servingLines(10, { maxFrameLength: 1000 });
    const peer = await dial(port);
    peer.socket.end(said.map((line) => `${line}\n`).join(''));
    expect(await peer.ended).toBe('FIN');
    return peer.heard
      .split('\n')
      .filter((line) => line !== '')
      .map((line): unknown => JSON.parse(line));
  }

  const failure = (code: number, id: unknown = null): unknown => ({
    jsonrpc: '2.0',
    id,
    error: expect.objectContaining({ code }),
  });

  it('answers calls', async () => {
    const rpc = await client((await servingLines()).endpoint);
    const sums = [1, 2, 3].map((n) => rpc.call<number>('add', [n, 40]));
    expect(await soon(forkJoin(sums))).toEqual([41, 42, 43]);
    expect(await soon(rpc.call('nothing'))).toBeNull();
  });

  it.each([
    ['add', errorCodes.invalidParams, 'two numbers'],
    ['fail', errorCodes.internalError, 'out of paper'],
    ['toString', errorCodes.methodNotFound, 'there is no method toString'],
  ])('says what is wrong with a call of %s', async (method, code, message) => {
    const rpc = await client((await servingLines()).endpoint);
    await expect(firstValueFrom(rpc.call(method))).rejects.toThrow(
      expect.objectContaining({ code, message }),
    );
  });

  it.each(['{}', '1', 'null', '{"jsonrpc":"2.0"}', '{"jsonrpc":"1.0","method":"add","id":1}'])(
    'says that %s is no request, and goes on',
    async (line) => {
      expect(await answersTo(line, '{"jsonrpc":"2.0","id":1,"method":"add","params":[1]}')).toEqual([
        failure(errorCodes.invalidRequest),
        { jsonrpc: '2.0', id: 1, result: 1 },
      ]);
    },
  );

  it('says that a line is no JSON, and ends', async () => {
    expect(await answersTo('{"jsonrpc":"2.0","id":1', '{"jsonrpc":"2.0","id":1,"method":"add"}')).toEqual([
      failure(errorCodes.parseError),
    ]);
  });

  it('runs what a notification says, and answers none', async () => {
    const toggled = soon(calls);
    expect(
      await answersTo(
        '{"jsonrpc":"2.0","method":"toggle"}',
        '{"jsonrpc":"2.0","method":"fail"}',
        '{"jsonrpc":"2.0","method":"none"}',
      ),
    ).toEqual([]);
    expect(await toggled).toBe('toggled');
    const rpc = await client((await servingLines()).endpoint);
    const again = soon(calls);
    rpc.notify('toggle');
    expect(await again).toBe('toggled');
  });

  it('answers a batch at once, without its notifications', async () => {
    const batch = [
      { jsonrpc: '2.0', id: 1, method: 'add', params: [1, 2] },
      { jsonrpc: '2.0', method: 'toggle' },
      { what: 'is this' },
      { jsonrpc: '2.0', id: 'two', method: 'none' },
    ];
    expect(await answersTo(JSON.stringify(batch), '[]', '[{"jsonrpc":"2.0","method":"toggle"}]')).toEqual([
      [
        { jsonrpc: '2.0', id: 1, result: 3 },
        failure(errorCodes.invalidRequest),
        failure(errorCodes.methodNotFound, 'two'),
      ],
      failure(errorCodes.invalidRequest),
    ]);
  });

  const request = (id: number, method: string, params: object = []): object => ({
    jsonrpc: '2.0',
    id,
    method,
    params,
  });
  const unsent = (id: number | null): unknown => failure(errorCodes.internalError, id);
  const text = (length: number): unknown => ({
    jsonrpc: '2.0',
    id: length,
    result: 'x'.repeat(length),
  });

  it.each([
    ['a BigInt', 'bigInt', {}, 'serialize a BigInt'],
    ['a cycle', 'cycle', {}, 'circular'],
    ['longer than a line may be', 'text', { length: 1000 }, 'maxFrameLength is 1000'],
    ['an error with data of no text', 'failWith', {}, 'serialize a BigInt'],
  ])(
    'says of an answer that cannot be sent, %s, why not, and the other calls go on',
    async (_what, method, params, message) => {
      const answers = await answersTo(
        JSON.stringify(request(1, 'later')),
        JSON.stringify(request(2, method, params)),
        JSON.stringify(request(3, 'add', [20, 22])),
      );
      expect(answers).toHaveLength(3);
      expect(answers).toEqual(
        expect.arrayContaining([
          { jsonrpc: '2.0', id: 1, result: 'done' },
          {
            jsonrpc: '2.0',
            id: 2,
            error: { code: errorCodes.internalError, message: expect.stringContaining(message) as unknown },
          },
          { jsonrpc: '2.0', id: 3, result: 42 },
        ]),
      );
    },
  );

  it('answers all of a batch but what cannot be sent', async () => {
    const batch = [
      request(1, 'add', [1]),
      request(2, 'cycle'),
      request(3, 'text', { length: 1000 }),
      request(4, 'failWith'),
    ];
    expect(await answersTo(JSON.stringify(batch))).toEqual([
      [{ jsonrpc: '2.0', id: 1, result: 1 }, unsent(2), unsent(3), unsent(4)],
    ]);
  });

  it.each([
    ['without the longest', [300, 400, 500], [[text(300), text(400), unsent(500)]]],
    ['with errors alone', [400, 401, 402, 403], [[unsent(400), unsent(401), unsent(402), unsent(403)]]],
    ['with one error for all', [90, 91, 92, 93, 94, 95, 96, 97, 98, 99], [unsent(null)]],
  ])('answers a batch whose answers are together too long %s', async (_how, lengths, expected) => {
    const batch = lengths.map((length) => request(length, 'text', { length }));
    expect(await answersTo(JSON.stringify(batch), JSON.stringify(request(1, 'add', [1])))).toEqual([
      ...expected,
      { jsonrpc: '2.0', id: 1, result: 1 },
    ]);
  });

  it.each(['function', 'symbol', 'silent'])(
    'answers null for what JSON has no text for: %s',
    async (method) => {
      expect(await answersTo(JSON.stringify(request(1, method)))).toEqual([
        { jsonrpc: '2.0', id: 1, result: null },
      ]);
    },
  );

  it('cancels at the server what the client unsubscribes from', async () => {
    const rpc = await client((await servingLines()).endpoint);
    const begun = soon(calls);
    const call = rpc.call('wait').subscribe();
    expect(await begun).toBe('begun');
    const cancelled = soon(calls);
    call.unsubscribe();
    expect(await cancelled).toBe('cancelled');
    expect(await soon(rpc.call('add', [1]))).toBe(1);
  });

  it('answers what was cancelled, too', async () => {
    const { port } = await servingLines();
    const peer = await dial(port);
    peer.socket.write('{"jsonrpc":"2.0","id":7,"method":"wait"}\n');
    peer.socket.write('{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":8}}\n');
    peer.socket.write('{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":7}}\n');
    await peer.hears('"id":7');
    expect(JSON.parse(peer.heard)).toEqual(failure(errorCodes.cancelled, 7));
  });

  it('is cancelled by a notification in a batch as well', async () => {
    const { port } = await servingLines();
    const peer = await dial(port);
    peer.socket.write('{"jsonrpc":"2.0","id":7,"method":"wait"}\n');
    peer.socket.write('[{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":7}}]\n');
    await peer.hears('"id":7');
    expect(JSON.parse(peer.heard)).toEqual(failure(errorCodes.cancelled, 7));
  });

  it('is cancelled by a notification in the batch that it came with', async () => {
    const cancel = { jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 7 } };
    expect(await answersTo(JSON.stringify([request(7, 'wait'), cancel, request(8, 'add', [1])]))).toEqual([
      [failure(errorCodes.cancelled, 7), { jsonrpc: '2.0', id: 8, result: 1 }],
    ]);
  });

  it('takes an error of null for none, as some servers write it', async () => {
    const rpc = jsonRpcClient(
      connectionDouble<Response, Request>({
        received: of({ jsonrpc: '2.0', id: 1, result: 42, error: null }),
      }),
    );
    expect(await soon(rpc.pipe(mergeMap((client) => client.call('any'))))).toBe(42);
  });

  it('refuses calls beyond those that may run', async () => {
    const rpc = await client((await servingLines(1)).endpoint);
    const begun = soon(calls);
    const call = rpc.call('wait').subscribe();
    await begun;
    await expect(firstValueFrom(rpc.call('add', [1]))).rejects.toMatchObject({
      code: errorCodes.tooManyCalls,
    });
    call.unsubscribe();
    expect(await soon(rpc.call('add', [1]))).toBe(1);
  });

  it('refuses a batch of more than may run as a whole, and goes on', async () => {
    const batch = (length: number): string => `[${new Array<number>(length).fill(1).join()}]`;
    const answers = await answersTo(batch(11), batch(2));
    expect(answers).toEqual([
      failure(errorCodes.tooManyCalls),
      [failure(errorCodes.invalidRequest), failure(errorCodes.invalidRequest)],
    ]);
  });

  it.each([
    ['ends', 'ERR_PEER_ENDED', (connection: Connection<unknown>) => void connection.close()],
    [
      'is lost',
      'ERR_CONNECTION_RESET',
      (connection: Connection<unknown>) => {
        connection.abort();
      },
    ],
  ])('errors all calls when the connection %s, and those that come later', async (_what, code, leave) => {
    const accepted = new ReplaySubject<Connection>();
    const { endpoint } = await serving((connections) =>
      connections.pipe(
        tap((connection) => {
          accepted.next(connection);
        }),
        serve(({ received }) => received.pipe(ignoreElements())),
      ),
    );
    const rpc = await client(endpoint);
    const waiting = [firstValueFrom(rpc.call('wait')), firstValueFrom(rpc.call('wait'))];
    const failed = waiting.map((call) => expect(call).rejects.toMatchObject({ code }));
    leave(await soon(accepted));
    await Promise.all(failed);
    await expect(firstValueFrom(rpc.call('wait'))).rejects.toMatchObject({ code });
  });

  it('runs as a program, which ends by itself', async () => {
    const program = run('examples/json-rpc/main.ts');
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.lines).toEqual([
      '{"capabilities":{"textDocumentSync":1}}',
      '{"uri":"file:///notes.txt","diagnostics":[{"line":1,"message":"TODO: sleep"}]}',
      'null',
      '42',
      'JsonRpcError: there is no method subtract',
    ]);
  });
});
