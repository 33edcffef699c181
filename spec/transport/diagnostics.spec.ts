import { hasSubscribers, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { PassThrough } from 'node:stream';
import {
  BehaviorSubject,
  catchError,
  endWith,
  filter,
  firstValueFrom,
  ignoreElements,
  lastValueFrom,
  merge,
  mergeMap,
  NEVER,
  Subject,
  take,
  takeUntil,
  toArray,
} from 'rxjs';
import {
  bind,
  connect,
  fromDiagnostics,
  fromDuplex,
  openConnection,
  serve,
  type DiagnosticsMessages,
} from '../../src/index.ts';
import { SimulatedNetwork, SimulationScheduler } from '../../src/testing/index.ts';
import { certificates } from '../certificates.ts';
import { afterThisSpec } from '../cleanup.ts';
import { acceptedWithPeer, dialRaw, startServer } from '../loopback.ts';
import { record } from '../wire.ts';

type Name = keyof DiagnosticsMessages;
type Told = { readonly [N in Name]: { readonly name: N; readonly message: DiagnosticsMessages[N] } }[Name];

const NAMES: readonly Name[] = [
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

/** All that is told from now on, until the spec is over. */
function listenTo(names: readonly Name[] = NAMES): Told[] {
  const told: Told[] = [];
  for (const name of names) {
    const listener = (message: unknown): void => {
      told.push({ name, message } as Told);
    };
    subscribe(name, listener);
    afterThisSpec(() => {
      unsubscribe(name, listener);
    });
  }
  return told;
}

/** The first message that is meant. */
function next<N extends Name>(
  name: N,
  isMeant: (message: DiagnosticsMessages[N]) => boolean = () => true,
): Promise<DiagnosticsMessages[N]> {
  return new Promise((resolve) => {
    const listener = (message: unknown): void => {
      if (isMeant(message as DiagnosticsMessages[N])) resolve(message as DiagnosticsMessages[N]);
    };
    subscribe(name, listener);
    afterThisSpec(() => {
      unsubscribe(name, listener);
    });
  });
}

function of<N extends Name>(told: readonly Told[], name: N): readonly DiagnosticsMessages[N][] {
  return told.filter((one) => one.name === name).map(({ message }) => message as DiagnosticsMessages[N]);
}

function endpointOf(message: Told['message']): string {
  if ('server' in message) return message.server.endpoint;
  if ('attempt' in message) return message.attempt.endpoint;
  return 'handshake' in message ? message.handshake.endpoint : message.endpoint;
}

const shortNames = (told: readonly Told[]): readonly string[] =>
  told.map(({ name }) => name.replace('rxjs-net:', ''));

describe('the diagnostics channels', () => {
  it('tell of a server and its connections, from listening to the end', async () => {
    const all = listenTo();
    const until = new Subject<void>();
    const serving = bind('127.0.0.1:0', { until }).pipe(
      mergeMap(({ connections }) => connections.pipe(serve(({ received }) => received))),
      toArray(),
    );
    const [listening, over] = [next('rxjs-net:server:listen'), next('rxjs-net:server:close')];
    const left = next('rxjs-net:connection:close', ({ role }) => role === 'dialled');
    const outcomes = lastValueFrom(serving);
    const { endpoint } = (await listening).server;
    const heard = await lastValueFrom(
      connect(endpoint).pipe(
        mergeMap((connection) => {
          connection.write('hello');
          return connection.received;
        }),
        take(1),
      ),
    );
    expect(String(heard)).toBe('hello');
    until.next();
    expect(await outcomes).toHaveLength(1);
    await Promise.all([over, left]);

    // The channels are the process', and what another spec has left behind may close late.
    const told = all.filter(({ message }) => endpointOf(message) === endpoint);
    const names = shortNames(told);
    expect(names.slice(0, 2)).toEqual(['server:listen', 'connect:start']);
    const accepted = told.findIndex(
      ({ name, message }) => name === 'rxjs-net:connection:close' && message.role === 'accepted',
    );
    expect(names.indexOf('server:close')).toBeGreaterThan(accepted);
    expect([...names].sort()).toEqual([
      'connect:end',
      'connect:start',
      'connection:close',
      'connection:close',
      'connection:open',
      'connection:open',
      'server:close',
      'server:drain',
      'server:listen',
    ]);
    const [start] = of(told, 'rxjs-net:connect:start');
    const [end] = of(told, 'rxjs-net:connect:end');
    expect(start).toEqual({ endpoint });
    expect(end?.attempt).toBe(start);
    const opened = of(told, 'rxjs-net:connection:open');
    const closed = of(told, 'rxjs-net:connection:close');
    expect(opened.map(({ role }) => role).sort()).toEqual(['accepted', 'dialled']);
    expect(end?.connection).toBe(opened.find(({ role }) => role === 'dialled')?.connection);
    for (const { summary, ...told } of closed) {
      expect(opened).toContainEqual({ ...told, totals: expect.any(Function) as unknown });
      expect(told.endpoint).toBe(endpoint);
      expect(summary).toMatchObject({ bytesRead: 5, bytesWritten: 5 });
    }
    for (const name of ['listen', 'drain', 'close'] as const)
      expect(of(told, `rxjs-net:server:${name}`)[0]?.server.endpoint).toBe(endpoint);
    expect(of(told, 'rxjs-net:server:close')[0]?.summary).toMatchObject({ forced: 0, lost: 0 });
  });

  it('tell of a dial that fails, and of one that nobody waits for any more', () => {
    const told = listenTo(['rxjs-net:connect:start', 'rxjs-net:connect:end']);
    const scheduler = new SimulationScheduler();
    const network = new SimulatedNetwork({ scheduler });
    const client = network.host('client').transport();
    network.dropSyn(network.host('silent'));
    const refused = record(client.connect('silent:1', { connectTimeout: 100 }));
    const given = client.connect('silent:2').subscribe();
    scheduler.advance(50);
    given.unsubscribe();
    scheduler.advance(1000);
    expect(refused.log).toEqual(['ERR_CONNECT_TIMEOUT']);
    const ends = of(told, 'rxjs-net:connect:end');
    expect(ends).toEqual([
      { attempt: { endpoint: 'silent:2' } },
      {
        attempt: { endpoint: 'silent:1' },
        error: expect.objectContaining({ code: 'ERR_CONNECT_TIMEOUT' }) as unknown,
      },
    ]);
  });

  it('tell of the end of a dial once, also where whoever got the connection leaves at once', () => {
    const told = listenTo(['rxjs-net:connect:end']);
    const scheduler = new SimulationScheduler();
    const network = new SimulatedNetwork({ scheduler });
    const server = network.host('server');
    server.run(() => server.transport({ port: 7 }).listen());
    network.host('client').transport().connect('server:7').pipe(take(1)).subscribe();
    scheduler.advance(100);
    // Strictly: without that, a second end that has no connection would be equal to none.
    expect(of(told, 'rxjs-net:connect:end').map(({ connection }) => connection?.remote)).toStrictEqual([
      '10.0.0.1:7',
    ]);
  });

  it('tell why a connection was lost, and who was not let in', () => {
    const told = listenTo();
    const scheduler = new SimulationScheduler();
    const network = new SimulatedNetwork({ scheduler });
    const [server, client] = [network.host('server'), network.host('client')];
    server.run(() =>
      server
        .transport({ port: 7, maxConnections: 1 })
        .listen()
        .pipe(serve(() => NEVER)),
    );
    for (let n = 0; n < 2; n += 1) record(client.transport().connect('server:7'));
    scheduler.advance(100);
    network.crash(server);
    scheduler.advance(100);
    const lost = of(told, 'rxjs-net:connection:close').filter(({ role }) => role === 'dialled');
    expect(lost.map(({ summary }) => summary.error?.code)).toContain('ERR_CONNECTION_RESET');
    const [refusal] = of(told, 'rxjs-net:server:refuse');
    expect(refusal?.refusal.error.code).toBe('ERR_TOO_MANY_CONNECTIONS');
    expect(refusal?.server.endpoint).toBe('10.0.0.1:7');
  });

  it('tell once of a context of TLS that cannot be used, whoever looks at refused', async () => {
    const { server: identity } = await certificates();
    const told = listenTo(['rxjs-net:server:refuse']);
    const contexts = new BehaviorSubject<object>(identity);
    const { server } = await startServer({ tls: { secureContext: contexts } }, 'tls://127.0.0.1:0');
    contexts.next({ cert: 'no certificate', key: 'no key' });
    for (let n = 0; n < 2; n += 1) await firstValueFrom(server.refused);
    const refusals = of(told, 'rxjs-net:server:refuse').map(({ refusal }) => refusal);
    expect(refusals.map(({ remote, error }) => [remote, error.code])).toEqual([
      [undefined, 'ERR_INVALID_OPTION'],
    ]);
    expect((await firstValueFrom(server.stats)).refused).toEqual({});
  });

  it('tell of a handshake, from its start to what was agreed on, at both ends', async () => {
    const { ca, server: identity } = await certificates();
    const told = listenTo(['rxjs-net:handshake:start', 'rxjs-net:handshake:end']);
    const { server } = await startServer({ tls: { secureContext: identity } }, 'tls://127.0.0.1:0');
    const accepted = next('rxjs-net:handshake:end', ({ handshake }) => handshake.role === 'accepted');
    const port = server.endpoint.split(':').at(-1);
    const dialled = await openConnection(`tls://localhost:${port}`, { tls: { secureContext: { ca } } });
    afterThisSpec(() => {
      dialled.abort();
    });
    await accepted;
    const starts = of(told, 'rxjs-net:handshake:start');
    const ends = of(told, 'rxjs-net:handshake:end');
    expect([...starts].sort((a, b) => a.role.localeCompare(b.role))).toEqual([
      { role: 'accepted', endpoint: server.endpoint },
      { role: 'dialled', endpoint: `tls://localhost:${port}` },
    ]);
    expect(ends).toHaveLength(2);
    for (const { handshake, tls } of ends) {
      expect(starts).toContain(handshake);
      expect(tls?.protocol).toBe('TLSv1.3');
    }
  });

  it('tell why a handshake has failed, and of one that nobody waits for any more', async () => {
    const { server: identity } = await certificates();
    const told = listenTo(['rxjs-net:handshake:end']);
    const { server, stop } = await startServer({ tls: { secureContext: identity } }, 'tls://127.0.0.1:0');
    const failed = next('rxjs-net:handshake:end', ({ handshake }) => handshake.role === 'accepted');
    const begun = next('rxjs-net:handshake:start');
    const dial = lastValueFrom(connect(server.endpoint));
    await expect(dial).rejects.toMatchObject({ code: 'ERR_CERTIFICATE_UNTRUSTED' });
    await Promise.all([begun, failed]);
    const silent = next('rxjs-net:handshake:start');
    await dialRaw(server.endpoint);
    await silent;
    await stop();
    const ends = of(told, 'rxjs-net:handshake:end');
    const failure = (role: string): unknown => ends.find(({ handshake }) => handshake.role === role)?.error;
    expect(failure('dialled')).toMatchObject({ code: 'ERR_CERTIFICATE_UNTRUSTED' });
    // OpenSSL does not always get to tell the server why.
    expect(failure('accepted')).toMatchObject({ phase: 'handshake', endpoint: server.endpoint });
    expect(ends.at(-1)).toEqual({ handshake: { role: 'accepted', endpoint: server.endpoint } });
  });

  it('tell the totals of an open connection whenever they are asked, with what waits for the peer', async () => {
    const opening = next('rxjs-net:connection:open', ({ role }) => role === 'accepted');
    const [accepted, peer] = await acceptedWithPeer();
    const { connection, endpoint, totals } = await opening;
    expect(connection).toBe(accepted);
    expect(endpoint).toBe(accepted.local);
    expect(totals()).toEqual({ bytesRead: 0, bytesWritten: 0, bytesWaiting: 0 });
    peer.write('hello');
    await firstValueFrom(accepted.received);
    accepted.write('hi');
    expect(totals()).toEqual({ bytesRead: 5, bytesWritten: 0, bytesWaiting: 2 });
    await firstValueFrom(accepted.traffic.pipe(filter(({ bytesWritten }) => bytesWritten > 0)));
    expect(totals()).toEqual({ bytesRead: 5, bytesWritten: 2, bytesWaiting: 0 });
  });

  it('name the server of a connection as it was dialled, and one that was made of a stream by its own end', async () => {
    const told = listenTo(['rxjs-net:connection:open']);
    const { server } = await startServer();
    const port = server.endpoint.split(':').at(-1);
    const dialled = await openConnection(`localhost:${port}`);
    afterThisSpec(() => {
      dialled.abort();
    });
    const piped = fromDuplex(new PassThrough(), { local: 'unix:/here' });
    afterThisSpec(() => {
      piped.abort();
    });
    const endpointOf = (connection: unknown): string | undefined =>
      of(told, 'rxjs-net:connection:open').find((one) => one.connection === connection)?.endpoint;
    expect(endpointOf(dialled)).toBe(`localhost:${port}`);
    expect(endpointOf(piped)).toBe('unix:/here');
  });

  it('are published to only while somebody listens', () => {
    const scheduler = new SimulationScheduler();
    const network = new SimulatedNetwork({ scheduler });
    const dial = network.host('client').transport().connect('nobody:1');
    const first = record(dial);
    const told = listenTo(['rxjs-net:connect:end']);
    const second = record(dial);
    scheduler.advance(100);
    expect([first.log, second.log]).toEqual([['ERR_HOST_NOT_FOUND'], ['ERR_HOST_NOT_FOUND']]);
    expect(told).toHaveLength(1);
  });
});

describe('fromDiagnostics', () => {
  it('is what a channel tells, while it is subscribed', () => {
    const scheduler = new SimulationScheduler();
    const network = new SimulatedNetwork({ scheduler });
    const dial = network.host('client').transport().connect('nobody:1');
    const starts: unknown[] = [];
    const starting = fromDiagnostics('rxjs-net:connect:start');
    expect(hasSubscribers('rxjs-net:connect:start')).toBe(false);
    const listening = starting.subscribe((attempt) => starts.push(attempt));
    record(dial);
    listening.unsubscribe();
    record(dial);
    expect(starts).toEqual([{ endpoint: 'nobody:1' }]);
    expect(hasSubscribers('rxjs-net:connect:start')).toBe(false);
  });
});

describe('who is told, and leaves at once,', () => {
  it.each(['rxjs-net:connection:open', 'rxjs-net:connect:end'] as const)(
    'closes the connection that it has dialled: %s',
    async (name) => {
      const { server, accept } = await startServer();
      const told = listenTo(['rxjs-net:connect:end']);
      const left = fromDiagnostics(name).pipe(
        filter((message) => !('role' in message) || message.role === 'dialled'),
      );
      connect(server.endpoint).pipe(takeUntil(left)).subscribe();
      await lastValueFrom((await accept()).received, { defaultValue: 'ended' });
      expect(told).toHaveLength(1);
    },
  );

  it('closes what a handshake of TLS has come to', async () => {
    const { ca, server: identity } = await certificates();
    const { server } = await startServer({ tls: { secureContext: identity } }, 'tls://127.0.0.1:0');
    const told = listenTo(['rxjs-net:handshake:end']);
    const ended = server.connections.pipe(
      mergeMap(({ received }) => received.pipe(ignoreElements(), endWith('ended'))),
      catchError(() => ['lost']),
    );
    const over = firstValueFrom(merge(server.refused, ended));
    const left = fromDiagnostics('rxjs-net:handshake:end').pipe(
      filter(({ handshake }) => handshake.role === 'dialled'),
    );
    const port = server.endpoint.split(':').at(-1) ?? '';
    connect(`tls://localhost:${port}`, { tls: { secureContext: { ca } } })
      .pipe(takeUntil(left))
      .subscribe();
    await over;
    expect(told).toHaveLength(2);
  });

  it('closes the server that it has bound', async () => {
    const listening = fromDiagnostics('rxjs-net:server:listen');
    const told = next('rxjs-net:server:listen');
    bind('127.0.0.1:0').pipe(takeUntil(listening)).subscribe();
    await firstValueFrom((await told).server.closed);
  });

  it('or drains the server, has it deliver the connection first that it was told of', async () => {
    const until = fromDiagnostics('rxjs-net:connection:open');
    const { server, accept } = await startServer({ until });
    const peer = await dialRaw(server.endpoint);
    const connection = await accept();
    peer.end();
    await connection.close();
    await firstValueFrom(server.closed);
  });
});
