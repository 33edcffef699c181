import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { lastValueFrom, mergeMap, NEVER, Subject, take, toArray } from 'rxjs';
import { bind, connect, serve, type DiagnosticsMessages } from '../../src/index.ts';
import { SimulatedNetwork, SimulationScheduler } from '../../src/testing/index.ts';
import { afterThisSpec } from '../cleanup.ts';
import { record } from '../wire.ts';

type Name = keyof DiagnosticsMessages;
type Told = { readonly [N in Name]: { readonly name: N; readonly message: DiagnosticsMessages[N] } }[Name];

const NAMES: readonly Name[] = [
  'rxjs-net:connect:start',
  'rxjs-net:connect:end',
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

const shortNames = (told: readonly Told[]): readonly string[] =>
  told.map(({ name }) => name.replace('rxjs-net:', ''));

describe('the diagnostics channels', () => {
  it('tell of a server and its connections, from listening to the end', async () => {
    const told = listenTo();
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
    for (const { connection, role, summary } of closed) {
      expect(opened).toContainEqual({ connection, role });
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
    expect(of(told, 'rxjs-net:connect:end').map(({ connection }) => connection?.remote)).toEqual([
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
