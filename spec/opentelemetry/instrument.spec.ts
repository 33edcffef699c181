import { hasSubscribers } from 'node:diagnostics_channel';
import { metrics, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { filter, firstValueFrom, lastValueFrom, NEVER, Subject, take, toArray } from 'rxjs';
import {
  connect,
  fromDiagnostics,
  openConnection,
  serve,
  type BindOptions,
  type Connection,
  type DiagnosticsMessages,
} from '../../src/index.ts';
import { instrument } from '../../src/opentelemetry/index.ts';
import { SimulatedNetwork, SimulationScheduler } from '../../src/testing/index.ts';
import { certificates } from '../certificates.ts';
import { afterThisSpec } from '../cleanup.ts';
import { dialRaw, startRawServer, startServer, type StartedServer } from '../loopback.ts';
import { record } from '../wire.ts';
import { startInstrumented, type Point } from './collected.ts';

const CHANNELS: readonly (keyof DiagnosticsMessages)[] = [
  'rxjs-net:connect:start',
  'rxjs-net:connect:end',
  'rxjs-net:handshake:start',
  'rxjs-net:handshake:end',
  'rxjs-net:connection:open',
  'rxjs-net:connection:close',
  'rxjs-net:server:listen',
  'rxjs-net:server:refuse',
  'rxjs-net:server:drain',
  'rxjs-net:server:close',
];
const listenedTo = (): readonly string[] => CHANNELS.filter((name) => hasSubscribers(name));

/** A server that says everything back. */
async function startEcho(options: BindOptions = {}, endpoint?: string): Promise<StartedServer> {
  const started = await startServer(options, endpoint);
  started.server.connections.pipe(serve(({ received }) => received)).subscribe();
  return started;
}

/** Dials, and has something said back. */
async function talk(endpoint: string, text = 'hello'): Promise<Connection> {
  const connection = await openConnection(endpoint);
  afterThisSpec(() => {
    connection.abort();
  });
  connection.write(text);
  await firstValueFrom(connection.received);
  return connection;
}

/** The next connections of this role that are closed, whoever closes them. */
function closed(role: string, count = 1): Promise<unknown> {
  const closings = fromDiagnostics('rxjs-net:connection:close').pipe(filter((told) => told.role === role));
  return lastValueFrom(closings.pipe(take(count)));
}

const portOf = (endpoint: string): number => Number(endpoint.split(':').at(-1));

/** What a connection of loopback has besides the port of its server. */
const tcp = (role: 'accepted' | 'dialled', endpoint: string): Record<string, unknown> => ({
  'server.address': '127.0.0.1',
  'server.port': portOf(endpoint),
  'network.transport': 'tcp',
  'network.type': 'ipv4',
  'rxjs_net.connection.role': role,
});

const valueOf = (points: readonly Point[], attributes: Record<string, unknown>): number | undefined =>
  points.find((point) => JSON.stringify(sorted(point.attributes)) === JSON.stringify(sorted(attributes)))
    ?.value;

const sorted = (attributes: object): unknown =>
  Object.entries(attributes).sort(([one], [other]) => one.localeCompare(other));

describe('the metrics of instrument', () => {
  it('count connections at both ends: opened, active, closed, and how long they lived', async () => {
    const { collect } = startInstrumented();
    const { server } = await startEcho();
    const [first, second] = [await talk(server.endpoint), await talk(server.endpoint)];
    const [accepted, dialled] = [tcp('accepted', server.endpoint), tcp('dialled', server.endpoint)];
    const open = await collect();
    expect(open['rxjs_net.connection.opened']).toEqual({
      unit: '{connection}',
      type: 'SUM',
      points: expect.arrayContaining([
        { attributes: accepted, value: 2 },
        { attributes: dialled, value: 2 },
      ]) as unknown,
    });
    expect(open['rxjs_net.connection.active']).toEqual({
      unit: '{connection}',
      type: 'SUM',
      points: expect.arrayContaining([
        { attributes: accepted, value: 2 },
        { attributes: dialled, value: 2 },
      ]) as unknown,
    });
    expect(open['rxjs_net.connection.closed']).toBeUndefined();

    const both = Promise.all([closed('accepted'), closed('dialled')]);
    await first.close();
    await both;
    const one = await collect();
    for (const attributes of [accepted, dialled]) {
      expect(valueOf(one['rxjs_net.connection.active']?.points ?? [], attributes)).toBe(1);
      expect(valueOf(one['rxjs_net.connection.closed']?.points ?? [], attributes)).toBe(1);
    }
    const lifetimes = one['rxjs_net.connection.duration'];
    expect(lifetimes).toMatchObject({ unit: 's', type: 'HISTOGRAM' });
    expect(valueOf(lifetimes?.points ?? [], dialled)).toBe(1);
    expect(lifetimes?.points.every(({ sum = 0 }) => sum > 0 && sum < 10)).toBe(true);

    const last = Promise.all([closed('accepted'), closed('dialled')]);
    await second.close();
    await last;
    // A series does not go with its last connection.
    const none = await collect();
    expect(valueOf(none['rxjs_net.connection.active']?.points ?? [], accepted)).toBe(0);
    expect(valueOf(none['rxjs_net.connection.opened']?.points ?? [], accepted)).toBe(2);
  });

  it('count what came last, too, when they are not listened to any more, and go on from there', async () => {
    const { meter, subscription, collect } = startInstrumented();
    const { server } = await startEcho();
    const one = Promise.all([closed('accepted'), closed('dialled')]);
    await (await talk(server.endpoint)).close();
    await one;
    subscription.unsubscribe();
    const dialled = tcp('dialled', server.endpoint);
    const first = await collect();
    for (const name of ['rxjs_net.connection.opened', 'rxjs_net.connection.closed'])
      expect(valueOf(first[name]?.points ?? [], dialled)).toBe(1);
    const again = instrument({ meter }).subscribe();
    await talk(server.endpoint);
    const second = await collect();
    again.unsubscribe();
    expect(valueOf(second['rxjs_net.connection.opened']?.points ?? [], dialled)).toBe(2);
  });

  it('put together who came to several addresses of one server', async () => {
    const { collect } = startInstrumented();
    const { server } = await startServer({}, '0.0.0.0:0');
    const port = portOf(server.endpoint);
    const accepting = firstValueFrom(server.connections.pipe(take(2), toArray()));
    for (const host of ['127.0.0.1', '127.0.0.2']) await dialRaw(`${host}:${port}`);
    await accepting;
    const attributes = { ...tcp('accepted', server.endpoint), 'server.address': '0.0.0.0' };
    expect(valueOf((await collect())['rxjs_net.connection.active']?.points ?? [], attributes)).toBe(2);
  });

  it('count bytes of open connections, and go on with those of closed ones', async () => {
    const { collect, points } = startInstrumented();
    const { server } = await startEcho();
    const accepted = (direction: string): Record<string, unknown> => ({
      ...tcp('accepted', server.endpoint),
      'network.io.direction': direction,
    });
    const first = await talk(server.endpoint, 'hello');
    await talk(server.endpoint, 'you');
    const metric = (await collect())['rxjs_net.connection.io'];
    expect(metric).toMatchObject({ unit: 'By', type: 'SUM' });
    expect(valueOf(metric?.points ?? [], accepted('receive'))).toBe(8);
    expect(valueOf(metric?.points ?? [], accepted('transmit'))).toBe(8);
    const both = Promise.all([closed('accepted'), closed('dialled')]);
    await first.close();
    await both;
    await talk(server.endpoint, 'others');
    const later = await points('rxjs_net.connection.io');
    expect(valueOf(later, accepted('receive'))).toBe(14);
    expect(valueOf(later, { ...tcp('dialled', server.endpoint), 'network.io.direction': 'transmit' })).toBe(
      14,
    );
  });

  it('tell how much waits for peers that do not read', async () => {
    const { points } = startInstrumented();
    const { server, accept } = await startServer();
    await dialRaw(server.endpoint);
    const connection = await accept();
    const attributes = tcp('accepted', server.endpoint);
    expect(valueOf(await points('rxjs_net.connection.write_buffer'), attributes)).toBe(0);
    connection.write(Buffer.alloc(32 * 1024 * 1024));
    const waiting = valueOf(await points('rxjs_net.connection.write_buffer'), attributes);
    expect(waiting).toBe(32 * 1024 * 1024);
    const gone = closed('accepted');
    connection.abort();
    await gone;
    expect(valueOf(await points('rxjs_net.connection.write_buffer'), attributes)).toBe(0);
  });

  it('name the code of what a connection was lost with', async () => {
    const { collect } = startInstrumented();
    const { server, accept } = await startServer();
    const peer = await dialRaw(server.endpoint);
    const accepted = await accept();
    const lost = closed('accepted');
    accepted.received.subscribe({ error: () => undefined });
    peer.resetAndDestroy();
    await lost;
    const attributes = { ...tcp('accepted', server.endpoint), 'error.type': 'ERR_CONNECTION_RESET' };
    const collected = await collect();
    expect(collected['rxjs_net.connection.closed']?.points).toEqual([{ attributes, value: 1 }]);
    expect(collected['rxjs_net.connection.duration']?.points).toMatchObject([{ attributes, value: 1 }]);
    expect(collected['rxjs_net.connection.active']?.points).toEqual([
      { attributes: tcp('accepted', server.endpoint), value: 0 },
    ]);
  });

  it('count who was not let in, by why, and drains', async () => {
    const { collect } = startInstrumented();
    const until = new Subject<void>();
    const { server } = await startServer({ until, accept: () => false });
    const refused = firstValueFrom(server.refused);
    await dialRaw(server.endpoint);
    await refused;
    until.next();
    await firstValueFrom(server.closed);
    const collected = await collect();
    const attributes = {
      'server.address': '127.0.0.1',
      'server.port': portOf(server.endpoint),
      'network.transport': 'tcp',
    };
    expect(collected['rxjs_net.server.refused']).toEqual({
      unit: '{connection}',
      type: 'SUM',
      points: [{ attributes: { ...attributes, 'error.type': 'ERR_NOT_ACCEPTED' }, value: 1 }],
    });
    expect(collected['rxjs_net.server.drains']).toEqual({
      unit: '{drain}',
      type: 'SUM',
      points: [{ attributes, value: 1 }],
    });
  });

  it('take the time of dials, of those that succeed and those that fail, and not of those that nobody waits for', async () => {
    const { collect } = startInstrumented();
    const { server } = await startEcho();
    await talk(server.endpoint);
    await expect(lastValueFrom(connect('127.0.0.1:1'))).rejects.toMatchObject({
      code: 'ERR_CONNECTION_REFUSED',
    });
    connect(server.endpoint).subscribe().unsubscribe();
    const metric = (await collect())['rxjs_net.connect.duration'];
    expect(metric).toMatchObject({ unit: 's', type: 'HISTOGRAM' });
    expect(metric?.points).toEqual([
      {
        attributes: {
          'server.address': '127.0.0.1',
          'server.port': portOf(server.endpoint),
          'network.transport': 'tcp',
          'network.type': 'ipv4',
        },
        value: 1,
        sum: expect.any(Number) as unknown,
      },
      {
        attributes: {
          'server.address': '127.0.0.1',
          'server.port': 1,
          'network.transport': 'tcp',
          'error.type': 'ERR_CONNECTION_REFUSED',
        },
        value: 1,
        sum: expect.any(Number) as unknown,
      },
    ]);
  });

  it('take the time of handshakes at both ends, and name the version of TLS', async () => {
    const { collect } = startInstrumented();
    const { ca, server: identity } = await certificates();
    const { server } = await startEcho({ tls: { secureContext: identity } }, 'tls://127.0.0.1:0');
    const tls = { secureContext: { ca } };
    const connection = await openConnection(server.endpoint, { tls });
    afterThisSpec(() => {
      connection.abort();
    });
    connection.write('hello');
    await firstValueFrom(connection.received);
    const failing = fromDiagnostics('rxjs-net:handshake:end').pipe(
      filter(({ handshake, error }) => handshake.role === 'accepted' && error !== undefined),
    );
    const failed = firstValueFrom(failing);
    (await dialRaw(server.endpoint)).end('this is no ClientHello');
    await failed;
    const collected = await collect();
    const secured = { 'tls.protocol.name': 'tls', 'tls.protocol.version': '1.3' };
    const ofServer = {
      'server.address': '127.0.0.1',
      'server.port': portOf(server.endpoint),
      'network.transport': 'tcp',
      'rxjs_net.connection.role': 'accepted',
    };
    const handshakes = collected['rxjs_net.tls.handshake.duration'];
    expect(handshakes).toMatchObject({ unit: 's', type: 'HISTOGRAM' });
    expect(handshakes?.points).toHaveLength(3);
    for (const attributes of [
      { ...ofServer, ...secured },
      { ...ofServer, ...secured, 'rxjs_net.connection.role': 'dialled' },
      { ...ofServer, 'error.type': 'ERR_NOT_TLS' },
    ])
      expect(valueOf(handshakes?.points ?? [], attributes)).toBe(1);
    expect(
      valueOf(collected['rxjs_net.connection.active']?.points ?? [], {
        ...tcp('dialled', server.endpoint),
        ...secured,
      }),
    ).toBe(1);
  });

  it('name a server as it was dialled, and not by the address that it has', async () => {
    const { points } = startInstrumented();
    const scheduler = new SimulationScheduler();
    const network = new SimulatedNetwork({ scheduler });
    const [host, client] = [network.host('server'), network.host('client')];
    host.run(() =>
      host
        .transport({ port: 7 })
        .listen()
        .pipe(serve(() => NEVER)),
    );
    record(client.transport().connect('server:7'));
    scheduler.advance(100);
    const opened = await points('rxjs_net.connection.opened');
    const names = opened.map(({ attributes }) => attributes['server.address']);
    expect(names.sort()).toEqual(['10.0.0.1', 'server']);
  });

  it('have no address of a peer, unless it is asked for', async () => {
    const quiet = startInstrumented();
    const telling = startInstrumented({ peerAddress: true });
    const { server } = await startServer({ maxConnections: 1 });
    const refused = firstValueFrom(server.refused);
    server.connections.subscribe();
    await dialRaw(server.endpoint);
    await dialRaw(server.endpoint);
    await refused;
    for (const name of ['rxjs_net.connection.opened', 'rxjs_net.server.refused']) {
      const [without] = await quiet.points(name);
      const [withPeer] = await telling.points(name);
      expect(without?.attributes).not.toHaveProperty('network.peer.address');
      expect(withPeer?.attributes).toEqual({ ...without?.attributes, 'network.peer.address': '127.0.0.1' });
    }
  });

  it('leave out what was open before, so that nothing is counted that had not come', async () => {
    const { server } = await startEcho();
    const early = await talk(server.endpoint);
    const { collect } = startInstrumented();
    const both = Promise.all([closed('accepted'), closed('dialled')]);
    await early.close();
    await both;
    const collected = await collect();
    expect(collected['rxjs_net.connection.active']?.points ?? []).toEqual([]);
    expect(collected['rxjs_net.connection.closed']?.points ?? []).toEqual([]);
  });
});

describe('the spans of instrument', () => {
  it('are one for each dial, of the kind client, with who answered', async () => {
    const { spans } = startInstrumented();
    const { server } = await startEcho();
    const before = Date.now();
    const connection = await talk(server.endpoint);
    const [span, ...others] = spans.getFinishedSpans();
    expect(others).toEqual([]);
    expect(span).toMatchObject({
      name: 'connect',
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.UNSET },
    });
    expect(span?.attributes).toEqual({
      'server.address': '127.0.0.1',
      'server.port': portOf(server.endpoint),
      'network.transport': 'tcp',
      'network.type': 'ipv4',
      'network.peer.address': '127.0.0.1',
      'network.peer.port': portOf(server.endpoint),
      'rxjs_net.connection.id': connection.id,
    });
    const [seconds = 0] = span?.startTime ?? [];
    expect(seconds).toBeGreaterThanOrEqual(Math.floor(before / 1000));
  });

  it('have the error of a dial that fails', async () => {
    const { spans } = startInstrumented();
    await expect(lastValueFrom(connect('127.0.0.1:1'))).rejects.toThrow();
    const [span] = spans.getFinishedSpans();
    expect(span?.status).toMatchObject({
      code: SpanStatusCode.ERROR,
      message: expect.stringContaining('ERR_CONNECTION_REFUSED') as unknown,
    });
    expect(span?.attributes['error.type']).toBe('ERR_CONNECTION_REFUSED');
    expect(span?.events.map(({ name, attributes }) => [name, attributes?.['exception.type']])).toEqual([
      ['exception', 'ERR_CONNECTION_REFUSED'],
    ]);
  });

  it('say so when nobody waited any more', async () => {
    const { spans } = startInstrumented();
    const { endpoint } = await startRawServer();
    connect(endpoint).subscribe().unsubscribe();
    const [span] = spans.getFinishedSpans();
    expect(span?.events.map(({ name }) => name)).toEqual(['abandoned']);
    expect(span?.status.code).toBe(SpanStatusCode.UNSET);
  });

  it('are ended when it is unsubscribed', async () => {
    const { spans, subscription } = startInstrumented();
    const { endpoint } = await startRawServer();
    const dialling = connect(endpoint).subscribe();
    subscription.unsubscribe();
    expect(spans.getFinishedSpans()).toHaveLength(1);
    dialling.unsubscribe();
    expect(spans.getFinishedSpans()).toHaveLength(1);
  });
});

describe('instrument', () => {
  it('does nothing before it is subscribed, and nothing after it was', async () => {
    const cold = instrument();
    expect(listenedTo()).toEqual([]);
    cold.subscribe().unsubscribe();
    expect(listenedTo()).toEqual([]);
    const { subscription, collect } = startInstrumented();
    expect(listenedTo()).toEqual(CHANNELS.filter((name) => !/server:(?:listen|close)/u.test(name)));
    const { server } = await startEcho();
    await talk(server.endpoint);
    subscription.unsubscribe();
    expect(listenedTo()).toEqual([]);
    const observed = (await collect())['rxjs_net.connection.io'];
    expect(observed?.points ?? []).toEqual([]);
  });

  it('takes the global providers that there are when it is subscribed', async () => {
    const cold = instrument();
    const spans = new InMemorySpanExporter();
    const meters = new MeterProvider();
    metrics.setGlobalMeterProvider(meters);
    trace.setGlobalTracerProvider(
      new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }),
    );
    const getMeter = jest.spyOn(meters, 'getMeter');
    afterThisSpec(() => {
      metrics.disable();
      trace.disable();
    });
    const subscription = cold.subscribe();
    afterThisSpec(() => {
      subscription.unsubscribe();
    });
    await expect(lastValueFrom(connect('127.0.0.1:1'))).rejects.toThrow();
    expect(spans.getFinishedSpans()[0]?.instrumentationScope.name).toBe('rxjs-net');
    expect(getMeter).toHaveBeenCalledWith('rxjs-net', undefined, undefined);
  });

  it('does not harm who dials without any provider', async () => {
    const subscription = instrument().subscribe();
    afterThisSpec(() => {
      subscription.unsubscribe();
    });
    const { server } = await startEcho();
    const connection = await talk(server.endpoint);
    const gone = closed('accepted');
    await connection.close();
    await gone;
  });
});
