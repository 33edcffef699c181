import 'reflect-metadata';
import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientTCP,
  Ctx,
  EventPattern,
  MessagePattern,
  Payload,
  RpcException,
  ServerTCP,
  type ClientProxy,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  concat,
  defer,
  filter,
  finalize,
  firstValueFrom,
  lastValueFrom,
  map,
  materialize,
  merge,
  NEVER,
  of,
  range,
  ReplaySubject,
  Subject,
  take,
  tap,
  throwError,
  toArray,
  type Observable,
} from 'rxjs';
import { lengthPrefixed, serialized, type Connection, type Server as BoundServer } from 'rxjs-net';
import { SimulationScheduler } from 'rxjs-net/testing';
import { RxjsNetClient, type RxjsNetClientOptions } from '../../examples/nestjs/rxjs-net-client.ts';
import {
  RxjsNetServer,
  type RxjsNetContext,
  type RxjsNetServerOptions,
} from '../../examples/nestjs/rxjs-net-server.ts';
import { certificates } from '../certificates.ts';
import { afterThisSpec } from '../cleanup.ts';
import { dial } from './peer.ts';
import { run, within } from './program.ts';

/** What the handlers of one application have seen, and what a spec does with them. */
@Controller()
class TestController {
  readonly events = new ReplaySubject<unknown>();
  readonly calls = new ReplaySubject<string>();
  readonly released = new Subject<string>();
  pulled = 0;
  connection: Pick<Connection, 'congested'> | undefined;

  @MessagePattern('echo')
  echo(data: unknown): unknown {
    return data;
  }

  @MessagePattern({ cmd: 'sum', version: 1 })
  sum(numbers: readonly number[]): Promise<number> {
    return Promise.resolve(numbers.reduce((sum, number) => sum + number, 0));
  }

  @MessagePattern('count')
  count(to: number): Observable<number> {
    return range(1, to);
  }

  @MessagePattern('nothing')
  nothing(): void {
    // Nothing is its answer.
  }

  @MessagePattern('refuse')
  refuse(): never {
    throw new RpcException('no');
  }

  @MessagePattern('refuse at length')
  refuseAtLength(): never {
    throw new RpcException({ code: 42, reason: 'no' });
  }

  @MessagePattern('throw')
  throw(): never {
    throw new TypeError('a secret');
  }

  @MessagePattern('fail later')
  failLater(): Observable<number> {
    return concat(
      of(1),
      throwError(() => new RpcException('after one')),
    );
  }

  @MessagePattern('big')
  big(): bigint {
    return 1n;
  }

  /** Goes on until it is released, or not wanted any more. */
  @MessagePattern('wait')
  wait(name: string): Observable<string> {
    return defer(() => {
      this.calls.next(`${name} began`);
      return this.released;
    }).pipe(
      take(1),
      finalize(() => {
        this.calls.next(`${name} is over`);
      }),
    );
  }

  @MessagePattern('stream')
  stream(): Observable<string> {
    return concat(of('first'), NEVER).pipe(
      finalize(() => {
        this.calls.next('unsubscribed');
      }),
    );
  }

  /** 25 MiB, one value after the other. */
  @MessagePattern('pull')
  async *pull(@Payload() _data: unknown, @Ctx() context: RxjsNetContext): AsyncGenerator<string> {
    this.connection = context.getConnection();
    this.calls.next('pulling');
    while (this.pulled < 400) {
      this.pulled += 1;
      yield await Promise.resolve(`${this.pulled} `.padEnd(65_536, '.'));
    }
  }

  /** The same at once. */
  @MessagePattern('push')
  push(): Observable<string> {
    return range(1, 400).pipe(map((n) => `${n} `.padEnd(65_536, '.')));
  }

  @MessagePattern('fail while pulled')
  async *failWhilePulled(): AsyncGenerator<number> {
    yield await Promise.resolve(1);
    throw new RpcException('after one');
  }

  @MessagePattern('abort')
  abort(@Payload() _data: unknown, @Ctx() context: RxjsNetContext): Observable<never> {
    context.getConnection().abort();
    return NEVER;
  }

  @EventPattern('event')
  onEvent(data: unknown): void {
    this.events.next(data);
  }

  @EventPattern('bad event')
  onBadEvent(): never {
    throw new Error('in an event');
  }
}

@Module({ controllers: [TestController] })
class TestModule {}

interface Started {
  readonly app: INestMicroservice;
  readonly controller: TestController;
}

async function start(options: MicroserviceOptions): Promise<Started> {
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(TestModule, {
    ...options,
    logger: false,
  });
  afterThisSpec(() => app.close());
  await app.listen();
  return { app, controller: app.get(TestController) };
}

async function startServer(options: Partial<RxjsNetServerOptions> = {}) {
  const strategy = new RxjsNetServer({ endpoint: '127.0.0.1:0', ...options });
  const started = await start({ strategy });
  return { ...started, strategy, endpoint: started.app.unwrap<BoundServer>().endpoint };
}

function clientOf(options: RxjsNetClientOptions): RxjsNetClient {
  const client = new RxjsNetClient({ backoff: { initial: 10, max: 50 }, ...options });
  afterThisSpec(() => client.close());
  return client;
}

async function startBoth(options: Partial<RxjsNetServerOptions> = {}) {
  const server = await startServer(options);
  return { ...server, client: clientOf({ endpoint: server.endpoint }) };
}

/** All that comes of an answer, as it is printed. */
const allOf = (answer: Observable<unknown>): Promise<unknown> =>
  soon(
    lastValueFrom(
      answer.pipe(
        materialize(),
        map(({ kind, value, error }) => [kind, value ?? (error as unknown)]),
        toArray(),
      ),
    ),
  );

const soon = <T>(promise: Promise<T>): Promise<T> => within(promise, () => 'it was waited for in vain');

const seen = <T>(values: Observable<T>, wanted: T): Promise<T> =>
  soon(firstValueFrom(values.pipe(filter((value) => value === wanted))));

const failureOf = (answer: Observable<unknown>): Promise<unknown> =>
  soon(
    lastValueFrom(answer).then(
      (value) => `it was ${String(value)}`,
      (error: unknown) => error,
    ),
  );

describe('examples/nestjs', () => {
  it('answers as the TCP transport of Nest does, values and errors alike', async () => {
    const { client } = await startBoth();
    const tcp = await start({ strategy: new ServerTCP({ host: '127.0.0.1', port: 0 }) });
    const { port } = tcp.app.unwrap<NetServer>().address() as AddressInfo;
    const other = new ClientTCP({ host: '127.0.0.1', port });
    afterThisSpec(() => other.close());
    const answers = async (asked: Pick<ClientProxy, 'send'>): Promise<unknown[]> => [
      await allOf(asked.send('echo', { text: 'a\nb', list: [1, null] })),
      await allOf(asked.send({ version: 1, cmd: 'sum' }, [20, 22])),
      await allOf(asked.send('count', 3)),
      await allOf(asked.send('nothing', {})),
      await allOf(asked.send('refuse', {})),
      await allOf(asked.send('refuse at length', {})),
      await allOf(asked.send('throw', {})),
      await allOf(asked.send('fail later', {})),
      await allOf(asked.send('no such pattern', {})),
      await allOf(asked.send('echo', null)),
    ];
    const got = await answers(client);
    expect(got).toEqual(await answers(other));
    expect(got.slice(1, 5)).toEqual([
      [
        ['N', 42],
        ['C', undefined],
      ],
      [
        ['N', 1],
        ['N', 2],
        ['N', 3],
        ['C', undefined],
      ],
      [['C', undefined]],
      [['E', { status: 'error', message: 'no' }]],
    ]);
  });

  it('keeps the answers of many requests apart', async () => {
    const { client } = await startBoth();
    const asked = Array.from({ length: 500 }, (_, n) => lastValueFrom(client.send<number>('echo', n)));
    expect(await soon(Promise.all(asked))).toEqual(Array.from({ length: 500 }, (_, n) => n));
  });

  it('delivers events in their order, and survives a handler that throws', async () => {
    const { client, controller } = await startBoth();
    await soon(lastValueFrom(client.emit('bad event', 0), { defaultValue: undefined }));
    await soon(lastValueFrom(client.emit('no such event', 0), { defaultValue: undefined }));
    for (const n of [1, 2, 3]) void client.emit('event', n);
    expect(await soon(firstValueFrom(controller.events.pipe(take(3), toArray())))).toEqual([1, 2, 3]);
  });

  it('unsubscribes from the Observable of a handler when the client does', async () => {
    const { client, controller } = await startBoth();
    expect(await soon(firstValueFrom(client.send('stream', {})))).toBe('first');
    await seen(controller.calls, 'unsubscribed');
    expect(await soon(lastValueFrom(client.send('echo', 'still there')))).toBe('still there');
  });

  it('unsubscribes from the Observable of a handler when the connection is lost', async () => {
    const { client, controller } = await startBoth();
    const answer = new ReplaySubject<unknown>();
    const failure = failureOf(client.send('stream', {}).pipe(tap((value) => answer.next(value))));
    await seen(answer, 'first');
    client.unwrap().abort();
    expect(await failure).toMatchObject({ code: 'ERR_ABORTED' });
    await seen(controller.calls, 'unsubscribed');
  });

  it('fails what is under way when the connection is lost, and dials again', async () => {
    const { client } = await startBoth();
    const statuses: string[] = [];
    client.status.subscribe((status) => statuses.push(status));
    const losses: unknown[] = [];
    client.on('lost', (error) => losses.push(error));
    expect(await failureOf(client.send('abort', {}))).toMatchObject({ code: 'ERR_CONNECTION_RESET' });
    expect(await soon(lastValueFrom(client.send('echo', 'again')))).toBe('again');
    expect(statuses).toEqual(['connected', 'disconnected', 'connected']);
    expect(losses).toEqual([expect.objectContaining({ code: 'ERR_CONNECTION_RESET' })]);
  });

  it('says why there is no connection, and has one as soon as there is a server', async () => {
    const first = await startServer();
    await first.app.close();
    const client = clientOf({ endpoint: first.endpoint });
    expect(() => client.unwrap()).toThrow('no connection');
    expect(await failureOf(client.send('echo', 1))).toMatchObject({ code: 'ERR_CONNECTION_REFUSED' });
    const second = await startServer({ endpoint: first.endpoint });
    await seen(client.status, 'connected');
    expect(await soon(lastValueFrom(client.send('echo', 1)))).toBe(1);
    expect(second.strategy.unwrap().endpoint).toBe(first.endpoint);
  });

  it('waits for a connection no longer than connectTimeout', async () => {
    const scheduler = new SimulationScheduler();
    const client = clientOf({
      endpoint: 'nowhere.example:7000',
      connectTimeout: 20,
      lookup: () => undefined,
      scheduler,
      backoff: { initial: 10, jitter: 0, scheduler },
    });
    const lost: number[] = [];
    client.on('lost', () => lost.push(scheduler.now()));
    const first = failureOf(client.send('echo', 1));
    scheduler.advance(20);
    expect(await first).toMatchObject({ code: 'ERR_CONNECT_TIMEOUT' });
    const second = failureOf(defer(() => client.connect()));
    scheduler.advance(30);
    expect(await second).toMatchObject({ code: 'ERR_CONNECT_TIMEOUT' });
    expect(lost).toEqual([20, 50]);
  });

  it('does not dial again where that is useless', async () => {
    const client = clientOf({ endpoint: 'no endpoint' });
    expect(await failureOf(client.send('echo', 1))).toMatchObject({ code: 'ERR_INVALID_ENDPOINT' });
    expect(await failureOf(client.send('echo', 1))).toMatchObject({ code: 'ERR_INVALID_ENDPOINT' });
  });

  it('rejects app.listen() with what it could not listen for', async () => {
    const { endpoint } = await startServer();
    expect(await failureOf(defer(() => startServer({ endpoint })))).toMatchObject({
      code: 'ERR_ADDRESS_IN_USE',
    });
  });

  it('answers what is under way when the application closes, and sends new requests elsewhere', async () => {
    const first = await startBoth();
    const { client } = first;
    const slow = soon(lastValueFrom(client.send('wait', 'a')));
    await seen(first.controller.calls, 'a began');
    const closed = soon(first.app.close());
    await seen(client.status, 'disconnected');
    const second = await startServer({ endpoint: first.endpoint });
    await seen(client.status, 'connected');
    expect(await soon(lastValueFrom(client.send('echo', 'elsewhere')))).toBe('elsewhere');
    expect(client.unwrap().remote).toBe(first.endpoint);
    first.controller.released.next('answered all the same');
    expect(await slow).toBe('answered all the same');
    await closed;
    expect(() => first.strategy.unwrap()).toThrow('does not listen');
    await soon(second.app.close());
  });

  it('does not wait for ever for a client that stays', async () => {
    const { app, client, controller, strategy } = await startBoth({ gracePeriod: 50, closeTimeout: 50 });
    const statuses: string[] = [];
    strategy.status.subscribe((status) => statuses.push(status));
    const stays = failureOf(client.send('wait', 'a'));
    await seen(controller.calls, 'a began');
    await soon(app.close());
    expect(await stays).toMatchObject({ name: 'TransportError' });
    await seen(controller.calls, 'a is over');
    expect(statuses).toEqual(['connected', 'disconnected']);
  });

  it('closes a client: what is under way fails and is not worked on any more, and what was emitted arrives', async () => {
    const { client, controller, strategy } = await startBoth();
    const outcomes = new ReplaySubject<unknown>();
    strategy.on('closed', ({ error }) => {
      outcomes.next(error);
    });
    const failure = failureOf(client.send('wait', 'a'));
    await seen(controller.calls, 'a began');
    await soon(lastValueFrom(client.emit('event', 'the last'), { defaultValue: undefined }));
    await soon(client.close());
    expect(await failure).toMatchObject({ code: 'ERR_CLOSED' });
    await seen(controller.calls, 'a is over');
    await seen(controller.events, 'the last');
    expect(await soon(firstValueFrom(outcomes))).toBeUndefined();
    // As with Nest's own, what is asked after that dials anew.
    expect(await soon(lastValueFrom(client.send('echo', 'anew')))).toBe('anew');
  });

  it('pulls an async iterable only as fast as the client reads', async () => {
    const { client, controller } = await startBoth();
    await client.connect();
    const held = client.unwrap().hold();
    const lengths = soon(
      lastValueFrom(
        client.send<string>('pull', {}).pipe(
          map((text) => text.length),
          toArray(),
        ),
      ),
    );
    await seen(controller.calls, 'pulling');
    await seen(controller.connection?.congested ?? NEVER, true);
    expect(controller.pulled).toBeLessThan(300);
    held.unsubscribe();
    expect(await lengths).toEqual(Array.from({ length: 400 }, () => 65_536));
  });

  it('ends the answer of an Observable that outruns the client, and no other', async () => {
    const { client } = await startBoth({ maxWriteBuffer: 1024 * 1024 });
    await client.connect();
    const held = client.unwrap().hold();
    const failure = failureOf(client.send('push', {}));
    const other = soon(lastValueFrom(client.send('echo', 'of another request')));
    await soon(firstValueFrom(client.unwrap().traffic.pipe(filter(({ bytesRead }) => bytesRead > 0))));
    held.unsubscribe();
    expect(await failure).toEqual({ status: 'error', message: 'Internal server error' });
    expect(await other).toBe('of another request');
  });

  it('works on no more requests of a connection at a time than it is to', async () => {
    const { client, controller } = await startBoth({ concurrent: 2 });
    const names = ['a', 'b', 'c', 'd'];
    const log: string[] = [];
    controller.calls.subscribe((call) => log.push(call));
    const answers = soon(
      lastValueFrom(merge(...names.map((name) => client.send<string>('wait', name))).pipe(toArray())),
    );
    await seen(controller.calls, 'b began');
    expect(log).toEqual(['a began', 'b began']);
    controller.released.next('one');
    await seen(controller.calls, 'd began');
    controller.released.next('two');
    expect(await answers).toEqual(['one', 'one', 'two', 'two']);
  });

  it('fails a request alone where it, or its answer, cannot be said', async () => {
    const { client, controller } = await startBoth();
    const stays = lastValueFrom(client.send<string>('wait', 'a'));
    await seen(controller.calls, 'a began');
    expect(await failureOf(client.send('echo', 1n))).toMatchObject({ code: 'ERR_INVALID_MESSAGE' });
    const internal = { status: 'error', message: 'Internal server error' };
    expect(await failureOf(client.send('big', {}))).toEqual(internal);
    expect(await allOf(client.send('fail while pulled', {}))).toEqual([
      ['N', 1],
      ['E', { status: 'error', message: 'after one' }],
    ]);
    controller.released.next('still there');
    expect(await soon(stays)).toBe('still there');
  });

  it('gives up both requests of an id that comes twice, says so once, and has that id free again', async () => {
    const { controller, endpoint } = await startServer();
    const peer = await dial(Number(endpoint.split(':')[1]));
    peer.socket.write('{"id":"1","pattern":"wait","data":"a"}\n');
    await seen(controller.calls, 'a began');
    peer.socket.write('{"id":"1","pattern":"wait","data":"b"}\n');
    await seen(controller.calls, 'a is over');
    peer.socket.end('{"id":"1","pattern":"echo","data":"c"}\n');
    await peer.ended;
    expect(
      peer.heard
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { id: '1', err: expect.stringContaining('not answered yet') as unknown, isDisposed: true },
      { id: '1', response: 'c', isDisposed: true },
    ]);
    controller.calls.complete();
    expect(await soon(lastValueFrom(controller.calls.pipe(toArray())))).toEqual(['a began', 'a is over']);
  });

  it('takes a request back where isDisposed is true, and not where it is merely there', async () => {
    const { controller, endpoint } = await startServer();
    const peer = await dial(Number(endpoint.split(':')[1]));
    peer.socket.write('{"id":"1","pattern":"wait","data":"a","isDisposed":false}\n');
    await seen(controller.calls, 'a began');
    peer.socket.write('{"id":"1","isDisposed":true}\n');
    await seen(controller.calls, 'a is over');
  });

  it('resets a connection on which something else is said, and no other', async () => {
    const { client, endpoint } = await startBoth();
    await client.connect();
    for (const said of [
      '5\n',
      'null\n',
      '{"id":5,"pattern":"echo"}\n',
      '{"id":"1"}\n',
      '{"data":1}\n',
      'no JSON\n',
    ]) {
      const peer = await dial(Number(endpoint.split(':')[1]));
      peer.socket.write(said);
      expect(await peer.ended).toBe('RST');
    }
    expect(await soon(lastValueFrom(client.send('echo', 1)))).toBe(1);
  });

  it('runs over TLS, and says what is wrong with a certificate', async () => {
    const { ca, server, client: identity } = await certificates();
    const { endpoint, strategy } = await startServer({
      endpoint: 'tls://127.0.0.1:0',
      tls: { secureContext: { ...server, ca }, requestCert: true },
    });
    const client = clientOf({ endpoint, tls: { secureContext: { ...identity, ca } } });
    expect(await soon(lastValueFrom(client.send('count', 3).pipe(toArray())))).toEqual([1, 2, 3]);
    expect(client.unwrap().tls?.protocol).toBe('TLSv1.3');
    expect(strategy.unwrap().endpoint).toMatch(/^tls:/u);
    const stranger = clientOf({ endpoint, tls: { secureContext: identity } });
    expect(await failureOf(stranger.send('echo', 1))).toMatchObject({ code: 'ERR_CERTIFICATE_UNTRUSTED' });
  });

  it('runs over a Unix socket, in another format', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nest-'));
    afterThisSpec(() => {
      rmSync(folder, { recursive: true });
    });
    const codec = serialized(lengthPrefixed(), {
      encode: (message: unknown) => Buffer.from(JSON.stringify(message)),
      decode: (frame) => JSON.parse(frame.toString()) as unknown,
    });
    const { endpoint } = await startServer({ endpoint: `unix:${join(folder, 'socket')}`, codec });
    const client = clientOf({ endpoint, codec });
    expect(await soon(lastValueFrom(client.send('count', 3).pipe(toArray())))).toEqual([1, 2, 3]);
  });

  it('runs as a program', async () => {
    const program = run('examples/nestjs/main.ts');
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.lines).toEqual([
      'hello, world',
      '42',
      "{ status: 'error', message: 'there is nothing to add' }",
      'tick 0',
      'tick 1',
      'tick 2',
    ]);
  });

  it('is compared with the TCP transport of Nest', async () => {
    const program = run('examples/nestjs/throughput.ts', '--smoke');
    await program.line(
      /^\| 16 \| 16 \| \d+ \(\d+–\d+\) \| \d+ \(\d+–\d+\) \| \d+\.\d+ \(\d+\.\d+–\d+\.\d+\) \|$/u,
    );
    expect(await program.ended).toEqual({ code: 0, signal: null });
  });
});
