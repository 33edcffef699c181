import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Socket } from 'node:net';
import {
  Flags,
  FrameTypes,
  RSocketConnector,
  RSocketServer,
  serializeFrameWithLength,
  type Closeable,
  type ConnectorConfig,
  type Frame,
  type Payload,
  type RSocket,
  type ServerConfig,
  type SetupFrame,
} from 'rsocket-core';
import {
  delayWhen,
  filter,
  firstValueFrom,
  lastValueFrom,
  mergeMap,
  ReplaySubject,
  Subject,
  take,
  tap,
  toArray,
  type Observable,
} from 'rxjs';
import {
  bind,
  connect,
  framedConnection,
  fromDuplex,
  openConnection,
  type BindOptions,
  type ConnectOptions,
  type Connection,
} from 'rxjs-net';
import { clientTransport } from '../../examples/rsocket/client-transport.ts';
import { rsocketFrames } from '../../examples/rsocket/frames.ts';
import { requestChannel, requestResponse, requestStream } from '../../examples/rsocket/requests.ts';
import { numbers, payload, textOf } from '../../examples/rsocket/responder.ts';
import { serverTransport } from '../../examples/rsocket/server-transport.ts';
import { certificates } from '../certificates.ts';
import { afterThisSpec } from '../cleanup.ts';
import { closeOf, dialRaw, drain, startRawServer } from '../loopback.ts';
import { run, within } from './program.ts';

interface Serving {
  readonly endpoint: string;
  readonly server: Closeable;
  /** The connection of the next client. */
  readonly accepted: Promise<Connection>;
}

async function serving(
  responder: Partial<RSocket> | ServerConfig['acceptor'],
  endpoint = '127.0.0.1:0',
  options: BindOptions = {},
): Promise<Serving> {
  const accepted = new ReplaySubject<Connection>();
  let bound = '';
  const listener = bind(endpoint, { closeTimeout: 500, ...options }).pipe(
    tap((server) => {
      bound = server.endpoint;
    }),
    mergeMap((server) => [
      {
        ...server,
        connections: server.connections.pipe(
          tap((connection) => {
            accepted.next(connection);
          }),
        ),
      },
    ]),
  );
  const acceptor = 'accept' in responder ? responder : { accept: () => Promise.resolve(responder) };
  const server = await new RSocketServer({ transport: serverTransport(listener), acceptor }).bind();
  afterThisSpec(() => {
    server.close();
    return closed(server);
  });
  return {
    endpoint: bound,
    server,
    get accepted() {
      return within(firstValueFrom(accepted), () => 'nobody dials');
    },
  };
}

async function dialled(
  endpoint: string,
  setup: ConnectorConfig['setup'] = {},
  options: ConnectOptions = {},
): Promise<RSocket> {
  const transport = clientTransport(connect(endpoint, { closeTimeout: 500, ...options }));
  const client = await new RSocketConnector({ transport, setup }).connect();
  afterThisSpec(() => {
    client.close();
  });
  return client;
}

/** The error that it is closed with. */
function closed(closeable: Closeable): Promise<Error | undefined> {
  return within(
    new Promise((resolve) => {
      closeable.onClose(resolve);
    }),
    () => 'it is not closed',
  );
}

function texts(payloads: Observable<Payload>): Promise<string[]> {
  return within(
    firstValueFrom(payloads.pipe(toArray())).then((all) => all.map(({ data }) => textOf(data))),
    () => 'no answer',
  );
}

/** Never answers. */
const silent: Partial<RSocket> = {
  requestResponse: () => ({ cancel: () => undefined, onExtension: () => undefined }),
};

const setup: SetupFrame = {
  type: FrameTypes.SETUP,
  flags: Flags.NONE,
  streamId: 0,
  majorVersion: 1,
  minorVersion: 0,
  keepAlive: 60_000,
  lifetime: 300_000,
  dataMimeType: 'text/plain',
  metadataMimeType: 'text/plain',
  resumeToken: undefined,
  data: undefined,
  metadata: undefined,
};

function framesOf(socket: Socket): Observable<Frame> {
  return framedConnection(fromDuplex(socket), rsocketFrames()).received;
}

function say(socket: Socket, ...frames: readonly Frame[]): void {
  for (const frame of frames) socket.write(serializeFrameWithLength(frame));
}

describe('examples/rsocket', () => {
  describe('the four interactions', () => {
    it('answers a request', async () => {
      const { endpoint } = await serving(numbers(console.log));
      expect(await texts(requestResponse(await dialled(endpoint), payload('there')))).toEqual([
        'hello there',
      ]);
    });

    it('tells the server of what needs no answer', async () => {
      const told = new ReplaySubject<string>();
      const { endpoint } = await serving(
        numbers((text) => {
          told.next(text);
        }),
      );
      const client = await dialled(endpoint);
      client.fireAndForget(payload('a thing'), { onError: fail, onComplete: () => undefined });
      expect(await within(firstValueFrom(told), () => 'not told')).toBe('told of a thing');
    });

    it('streams no more than was asked for, and goes on when more is', async () => {
      const { endpoint } = await serving(numbers(console.log));
      const client = await dialled(endpoint);
      const came: string[] = [];
      const done = new ReplaySubject<boolean>();
      const stream = client.requestStream(payload('7'), 3, {
        onNext: ({ data }, isComplete) => {
          came.push(textOf(data));
          if (isComplete) done.next(true);
        },
        onError: fail,
        onComplete: () => undefined,
        onExtension: () => undefined,
      });
      // What is answered later comes later.
      await texts(requestResponse(client, payload('a')));
      expect(came).toEqual(['1', '2', '3']);
      stream.request(1);
      await texts(requestResponse(client, payload('b')));
      expect(came).toEqual(['1', '2', '3', '4']);
      stream.request(100);
      await within(firstValueFrom(done), () => came.join());
      expect(came).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    });

    it('asks a responder for all that was asked for, in portions', async () => {
      const told: number[] = [];
      let sink: Parameters<RSocket['requestStream']>[2] | undefined;
      const { endpoint } = await serving({
        ...numbers(console.log),
        requestStream: (_payload, initialRequestN, subscriber) => {
          const answer = (n: number): void => {
            told.push(n);
            for (let said = 0; said < n; said += 1) subscriber.onNext(payload(''), false);
          };
          answer(initialRequestN);
          sink = subscriber;
          return { request: answer, cancel: () => undefined, onExtension: () => undefined };
        },
      });
      const client = await dialled(endpoint);
      let came = 0;
      const all = new Subject<void>();
      const done = new ReplaySubject<void>();
      const stream = client.requestStream(payload(''), 300, {
        onNext: () => {
          came += 1;
          if (came === 300 || came === 305) all.next();
        },
        onError: fail,
        onComplete: () => {
          done.next();
        },
        onExtension: () => undefined,
      });
      await within(firstValueFrom(all), () => `${came} came`);
      expect(told).toEqual([128, 128, 44]);
      stream.request(5);
      await within(firstValueFrom(all), () => `${came} came`);
      expect(told).toEqual([128, 128, 44, 5]);
      sink?.onComplete();
      await within(firstValueFrom(done), () => 'no end');
    });

    it('stops a stream that is unsubscribed from', async () => {
      const cancelled = new ReplaySubject<boolean>();
      const { endpoint } = await serving({
        requestStream: (_payload, _initialRequestN, subscriber) => {
          subscriber.onNext(payload('1'), false);
          return {
            request: () => undefined,
            cancel: () => {
              cancelled.next(true);
            },
            onExtension: () => undefined,
          };
        },
      });
      const client = await dialled(endpoint);
      expect(await texts(requestStream(client, payload(''), 10).pipe(take(1)))).toEqual(['1']);
      await within(firstValueFrom(cancelled), () => 'it is not cancelled');
    });

    it('talks both ways in a channel, each way as fast as the other asks for', async () => {
      const { endpoint } = await serving(numbers(console.log));
      const client = await dialled(endpoint);
      let taken = 0;
      function* source(): Generator<Payload> {
        for (; taken < 6;) {
          taken += 1;
          yield payload(String(taken));
        }
      }
      // What is taken of the source when an answer comes: no more than what the other side may answer.
      const aheads: number[] = [];
      let answers = 0;
      const doubled = requestChannel(client, source(), 2).pipe(
        tap(() => {
          answers += 1;
          aheads.push(taken - answers);
        }),
      );
      expect(await texts(doubled)).toEqual(['2', '4', '6', '8', '10', '12']);
      expect(Math.max(...aheads)).toBeLessThanOrEqual(2);
    });

    it('hears the answer of a server that asks for all of an endless channel', async () => {
      const { endpoint } = await serving({
        ...numbers(console.log),
        requestChannel: (_payload, _initialRequestN, _isCompleted, subscriber) => {
          let heard = 1;
          subscriber.request(2 ** 31 - 1);
          return {
            request: () => undefined,
            onNext: () => {
              heard += 1;
              if (heard === 1000) subscriber.onNext(payload('enough'), true);
            },
            onComplete: () => undefined,
            onError: () => undefined,
            cancel: () => undefined,
            onExtension: () => undefined,
          };
        },
      });
      const client = await dialled(endpoint);
      let taken = 0;
      function* endless(): Generator<Payload> {
        for (;;) {
          taken += 1;
          yield payload('more');
        }
      }
      expect(await texts(requestChannel(client, endless(), 1))).toEqual(['enough']);
      const before = taken;
      for (let round = 0; round < 5; round += 1) await texts(requestResponse(client, payload('')));
      expect(taken).toBe(before);
    });

    it('says why there is no answer', async () => {
      const { endpoint } = await serving({
        requestResponse: (_payload, subscriber) => {
          subscriber.onError(new Error('not today'));
          return { cancel: () => undefined, onExtension: () => undefined };
        },
      });
      const client = await dialled(endpoint);
      await expect(texts(requestResponse(client, payload('')))).rejects.toThrow('not today');
      await expect(texts(requestStream(client, payload(''), 1))).rejects.toThrow('No available handler');
    });
  });

  describe('endpoints', () => {
    it('runs over a Unix socket, whose file is gone after it', async () => {
      const directory = mkdtempSync(join(tmpdir(), 'rxjs-net-rsocket-'));
      afterThisSpec(() => {
        rmSync(directory, { recursive: true });
      });
      const { endpoint, server } = await serving(numbers(console.log), `unix:${join(directory, 'rpc.sock')}`);
      expect(await texts(requestStream(await dialled(endpoint), payload('3'), 1))).toEqual(['1', '2', '3']);
      server.close();
      await closed(server);
      await expect(dialled(endpoint)).rejects.toMatchObject({ code: 'ERR_ENDPOINT_NOT_FOUND' });
    });

    it('runs over TLS', async () => {
      const { ca, server: identity } = await certificates();
      const { endpoint } = await serving(numbers(console.log), 'tls://127.0.0.1:0', {
        tls: { secureContext: identity },
      });
      const client = await dialled(endpoint, {}, { tls: { secureContext: { ca } } });
      expect(await texts(requestResponse(client, payload('there')))).toEqual(['hello there']);
    });
  });

  describe('setting up', () => {
    it('reads no request before the acceptor has said who answers it, and loses none', async () => {
      const asked = new ReplaySubject<boolean>();
      const answer = new ReplaySubject<Partial<RSocket>>();
      const { endpoint } = await serving({
        accept: () => {
          asked.next(true);
          return firstValueFrom(answer);
        },
      });
      const client = await dialled(endpoint);
      const answered = texts(requestResponse(client, payload('early')));
      await within(firstValueFrom(asked), () => 'the acceptor is not asked');
      answer.next(numbers(console.log));
      expect(await answered).toEqual(['hello early']);
    });

    it('tells the client why it is not accepted', async () => {
      const { endpoint } = await serving({ accept: () => Promise.reject(new Error('who are you?')) });
      const client = await dialled(endpoint);
      expect(String(await closed(client))).toContain('who are you?');
    });

    it('tells a client that wants to resume, where that is not possible', async () => {
      const { endpoint } = await serving(numbers(console.log));
      const connection = framedConnection(await openConnection(endpoint), rsocketFrames());
      afterThisSpec(() => connection.close());
      connection.write({ ...setup, flags: Flags.RESUME_ENABLE, resumeToken: Buffer.from('t') });
      const answers = await within(firstValueFrom(connection.received.pipe(toArray())), () => 'no end');
      expect(answers).toMatchObject([{ type: FrameTypes.ERROR, message: 'No resume support' }]);
    });

    it('minds what a server says before it is asked, once rsocket-core is ready to hear it', async () => {
      const peer = await startRawServer();
      const early = connect(peer.endpoint, { closeTimeout: 500 }).pipe(
        delayWhen(({ traffic }) => traffic.pipe(filter(({ bytesRead }) => bytesRead > 0))),
      );
      const connecting = new RSocketConnector({ transport: clientTransport(early) }).connect();
      const socket = await peer.accept();
      const data = Buffer.from('are you there?');
      say(socket, {
        type: FrameTypes.KEEPALIVE,
        flags: Flags.RESPOND,
        streamId: 0,
        data,
        lastReceivedPosition: 0,
      });
      const client = await connecting;
      afterThisSpec(() => {
        client.close();
      });
      expect(await within(firstValueFrom(framesOf(socket).pipe(take(2), toArray())), () => '')).toMatchObject(
        [{ type: FrameTypes.SETUP }, { type: FrameTypes.KEEPALIVE, data }],
      );
    });

    it('resets who connects and says nothing', async () => {
      fakeClock();
      const { endpoint, accepted } = await serving(silent);
      const socket = await dialRaw(endpoint);
      await accepted;
      jest.advanceTimersByTime(30_000);
      expect(await closeOf(socket)).toEqual({ error: 'ECONNRESET' });
    });

    it('fails with the error of the dial where nobody listens', async () => {
      const { endpoint, netServer } = await startRawServer();
      netServer.close();
      await expect(dialled(endpoint)).rejects.toMatchObject({ code: 'ERR_CONNECTION_REFUSED' });
    });

    it('fails with the error of the bind where another server listens', async () => {
      const { endpoint } = await serving(numbers(console.log));
      await expect(serving(numbers(console.log), endpoint)).rejects.toMatchObject({
        code: 'ERR_ADDRESS_IN_USE',
      });
    });
  });

  describe('the end', () => {
    it('closes when a peer goes silent for the lifetime, with an error for all that waits', async () => {
      fakeClock();
      const peer = await startRawServer();
      const client = await dialled(peer.endpoint, { keepAlive: 50, lifetime: 200 });
      const socket = await peer.accept();
      const ends: (Error | undefined)[] = [];
      client.onClose((error) => ends.push(error));
      const waiting = texts(requestResponse(client, payload('hello?')));
      const failed = expect(waiting).rejects.toThrow('No keep-alive acks for 200 millis');
      jest.advanceTimersByTime(199);
      expect(ends).toEqual([]);
      jest.advanceTimersByTime(1);
      expect(ends.map(String)).toEqual(['Error: No keep-alive acks for 200 millis']);
      await failed;
      // SETUP, the request and the keep-alives, and FIN behind them.
      expect((await drain(socket)).length).toBeGreaterThan(0);
    });

    it('stays longer than the lifetime with a peer that answers', async () => {
      fakeClock();
      const { endpoint } = await serving(numbers(console.log));
      const client = await dialled(endpoint, { keepAlive: 20, lifetime: 100 });
      const ends: (Error | undefined)[] = [];
      client.onClose((error) => ends.push(error));
      for (let elapsed = 0; elapsed < 500; elapsed += 20) {
        jest.advanceTimersByTime(20);
        // What is answered behind a keep-alive comes behind its answer.
        await texts(requestResponse(client, payload('')));
      }
      expect(ends).toEqual([]);
    });

    it('of the server: clients end without an error, what they wait for errors, and nothing listens', async () => {
      const { endpoint, server } = await serving(silent);
      const client = await dialled(endpoint);
      const waiting = texts(requestResponse(client, payload('hello?')));
      const failed = expect(waiting).rejects.toThrow('Closed');
      // Refused, because nobody streams: so it is set up.
      await expect(texts(requestStream(client, payload(''), 1))).rejects.toThrow('No available handler');
      server.close();
      await failed;
      expect(await closed(client)).toBeUndefined();
      expect(await closed(server)).toBeUndefined();
      await expect(dialled(endpoint)).rejects.toMatchObject({ code: 'ERR_CONNECTION_REFUSED' });
      // Again, on the same port.
      await serving(silent, endpoint);
    });

    it('of a server that drains: what is in flight is answered', async () => {
      const stop = new Subject<void>();
      const answers = new ReplaySubject<() => void>();
      const { endpoint, accepted } = await serving(
        {
          requestResponse: (request, subscriber) => {
            answers.next(() => {
              subscriber.onNext(request, true);
            });
            return { cancel: () => undefined, onExtension: () => undefined };
          },
        },
        '127.0.0.1:0',
        { until: stop },
      );
      const client = await dialled(endpoint);
      const answered = texts(requestResponse(client, payload('last')));
      const { draining } = await accepted;
      const answer = await within(firstValueFrom(answers), () => 'not asked');
      stop.next();
      await within(firstValueFrom(draining), () => 'it does not drain');
      answer();
      expect(await answered).toEqual(['last']);
      await expect(dialled(endpoint)).rejects.toMatchObject({ code: 'ERR_CONNECTION_REFUSED' });
    });

    it('of the client: the server hears it, cancels what it works on, and refuses nothing afterwards', async () => {
      const cancelled = new ReplaySubject<boolean>();
      const { endpoint, accepted } = await serving({
        ...numbers(console.log),
        requestStream: () => ({
          request: () => undefined,
          cancel: () => {
            cancelled.next(true);
          },
          onExtension: () => undefined,
        }),
      });
      const client = await dialled(endpoint);
      const waiting = texts(requestStream(client, payload(''), 1));
      const failed = expect(waiting).rejects.toThrow('Closed');
      const connection = await accepted;
      await texts(requestResponse(client, payload('')));
      const warn = jest.spyOn(console, 'warn');
      client.close();
      client.close();
      expect(warn).not.toHaveBeenCalled();
      await failed;
      await within(firstValueFrom(cancelled), () => 'it is not cancelled');
      const summary = await within(firstValueFrom(connection.closed), () => 'it is not closed');
      expect(summary.error).toBeUndefined();
      await expect(texts(requestResponse(client, payload('')))).rejects.toThrow('Already closed');
    });

    it('of the network: both sides error', async () => {
      const lost = new ReplaySubject<Error | undefined>();
      const { endpoint, accepted } = await serving({
        accept: (_setup, remote) => {
          remote.onClose((error) => {
            lost.next(error);
          });
          return Promise.resolve(silent);
        },
      });
      const client = await dialled(endpoint);
      const waiting = texts(requestResponse(client, payload('hello?')));
      const failed = expect(waiting).rejects.toThrow('ERR_CONNECTION_RESET');
      const connection = await accepted;
      await within(
        firstValueFrom(connection.traffic.pipe(filter(({ bytesRead }) => bytesRead > 0))),
        () => '',
      );
      connection.abort(new Error('the cable'));
      await failed;
      expect(await closed(client)).toMatchObject({ code: 'ERR_CONNECTION_RESET' });
      expect(await within(firstValueFrom(lost), () => 'unnoticed')).toMatchObject({ code: 'ERR_ABORTED' });
    });
  });

  describe('a bad or a slow peer', () => {
    it.each([
      ['bytes that are no frame', Buffer.from([0, 0, 2, 1, 2])],
      ['a type that nobody knows', Buffer.from([0, 0, 6, 0, 0, 0, 1, 0xf0, 0])],
      ['a frame of 16 MiB', Buffer.from([0xff, 0xff, 0xff, 0])],
      [
        'a request before SETUP',
        serializeFrameWithLength({ type: FrameTypes.CANCEL, flags: 0, streamId: 1 }),
      ],
    ])('does not get further with %s, and others do', async (_what, bytes) => {
      const { endpoint } = await serving(numbers(console.log));
      const socket = await dialRaw(endpoint);
      socket.write(bytes);
      await within(closeOf(socket.end()), () => 'it is not closed');
      expect(await texts(requestResponse(await dialled(endpoint), payload('you')))).toEqual(['hello you']);
    });

    it('that asks for all of an endless stream gets it as fast as it reads, and nobody else waits for that', async () => {
      let pushed = 0;
      const item = payload('x'.repeat(10_000));
      const cancelled = new ReplaySubject<boolean>();
      const { endpoint, accepted } = await serving(
        {
          ...numbers(console.log),
          // Pushes as many as it is asked for, at once.
          requestStream: (_payload, initialRequestN, subscriber) => {
            const push = (n: number): void => {
              for (const last = pushed + n; pushed < last; pushed += 1) subscriber.onNext(item, false);
            };
            push(initialRequestN);
            return {
              request: push,
              cancel: () => {
                cancelled.next(true);
              },
              onExtension: () => undefined,
            };
          },
        },
        '127.0.0.1:0',
        { maxWriteBuffer: 4_194_304 },
      );
      const socket = await dialRaw(endpoint);
      const flags = Flags.NONE;
      const request = { flags, streamId: 1, requestN: 2 ** 31 - 1 };
      const data = Buffer.from('');
      say(socket, setup, { ...request, type: FrameTypes.REQUEST_STREAM, data, metadata: undefined });
      say(
        socket,
        ...Array.from({ length: 100 }, () => ({ ...request, type: FrameTypes.REQUEST_N }) as const),
      );
      const { congested } = await accepted;
      await within(firstValueFrom(congested.pipe(filter(Boolean))), () => 'never congested');
      const other = await dialled(endpoint);
      for (let round = 0; round < 50; round += 1) await texts(requestResponse(other, payload('')));
      // More than what waits, so that some of it is pushed only now.
      const read = framesOf(socket).pipe(take(pushed + 500));
      await within(lastValueFrom(read), () => `${pushed} were pushed`);
      say(socket, { type: FrameTypes.CANCEL, flags, streamId: 1 });
      socket.resume();
      await within(firstValueFrom(cancelled), () => 'it is not cancelled');
    });

    it('is not read from while it does not read: every answer comes, and little waits', async () => {
      const answer = Buffer.alloc(65_536, 'a');
      const count = 500;
      let asked = 0;
      const { endpoint, accepted } = await serving(
        {
          requestResponse: (_payload, subscriber) => {
            asked += 1;
            subscriber.onNext({ data: answer }, true);
            return { cancel: () => undefined, onExtension: () => undefined };
          },
        },
        '127.0.0.1:0',
        { maxWriteBuffer: 1_048_576 },
      );
      const socket = await dialRaw(endpoint);
      say(socket, setup);
      for (let index = 0; index < count; index += 1) {
        const streamId = 2 * index + 1;
        say(socket, {
          type: FrameTypes.REQUEST_RESPONSE,
          flags: 0,
          streamId,
          data: answer,
          metadata: undefined,
        });
      }
      const connection = await accepted;
      const congested = connection.congested.pipe(filter((isCongested) => isCongested));
      await within(firstValueFrom(congested), () => 'never congested');
      // Whoever did not hold would go on in the meantime, until too much waits.
      const other = await dialled(endpoint);
      for (let round = 0; round < 20; round += 1) await texts(requestResponse(other, payload('')));
      expect(asked - 20).toBeLessThan(count);
      socket.end();
      const heard = await within(drain(socket), () => `${asked} were asked`);
      expect(heard.length).toBeGreaterThan(count * answer.length);
    });
  });

  it('runs as a program, which ends by itself', async () => {
    const program = run('examples/rsocket/main.ts');
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.lines).toEqual([
      'told of everything',
      'hello there',
      '1',
      '2',
      '3',
      '4',
      '5',
      '20',
      '40',
      '60',
    ]);
  });
});

function fail(error: unknown): never {
  throw error;
}

/** The clock of rsocket-core's keep-alives stands still; sockets go on. */
function fakeClock(): void {
  jest.useFakeTimers({
    doNotFake: ['nextTick', 'setImmediate', 'clearImmediate', 'queueMicrotask', 'performance'],
  });
  afterThisSpec(() => jest.useRealTimers());
}
