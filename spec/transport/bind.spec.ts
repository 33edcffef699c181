import { lookup } from 'node:dns/promises';
import {
  EMPTY,
  firstValueFrom,
  lastValueFrom,
  NEVER,
  of,
  Subject,
  take,
  throwError,
  toArray,
  VirtualTimeScheduler,
  type ObservableInput,
} from 'rxjs';
import { bind, listen, openConnection, type Connection, type Server } from '../../src/index.ts';
import { afterThisSpec } from '../cleanup.ts';
import { closeOf, dialRaw, drain, startServer } from '../loopback.ts';
import { record, settled } from '../wire.ts';

const HOUR = 3_600_000;

describe('bind', () => {
  it('resolves port 0 to the real endpoint (rule 1)', async () => {
    const { server } = await startServer();
    expect(server.endpoint).toMatch(/^127\.0\.0\.1:[1-9]\d*$/u);
  });

  it('binds IPv6 and writes it in brackets', async () => {
    const { server, accept } = await startServer({}, '[::1]:0');
    expect(server.endpoint).toMatch(/^\[::1\]:[1-9]\d*$/u);
    const connection = await openConnection(server.endpoint);
    afterThisSpec(() => {
      connection.abort();
    });
    const accepted = await accept();
    expect([accepted.local, accepted.remote]).toEqual([server.endpoint, connection.local]);
  });

  it('resolves a host name', async () => {
    const { server } = await startServer({}, 'localhost:0');
    expect(server.endpoint).toMatch(/:[1-9]\d*$/u);
  });

  it('does nothing until it is subscribed, and binds a socket per subscription (rule 1)', async () => {
    const cold = bind('127.0.0.1:0');
    const endpoints: string[] = [];
    const subscriptions = [cold, cold].map((source) =>
      source.subscribe(({ endpoint }) => endpoints.push(endpoint)),
    );
    expect(endpoints).toEqual([]);
    while (endpoints.length < 2) await settled();
    expect(new Set(endpoints).size).toBe(2);
    for (const subscription of subscriptions) subscription.unsubscribe();
  });

  it('frees the port at once: the same one is bound three times in a row (rule 5)', async () => {
    // The peers do not end: it is about the port.
    const first = await startServer({ closeTimeout: 10 });
    const { endpoint } = first.server;
    await dialRaw(endpoint);
    await first.accept();
    await first.stop();
    for (let round = 0; round < 3; round += 1) {
      const again = await startServer({ closeTimeout: 10 }, endpoint);
      await dialRaw(endpoint);
      await again.accept();
      await again.stop();
    }
  });

  it('unsubscribed before it listens, it never does (rule 2)', async () => {
    const { server, stop } = await startServer();
    const port = server.endpoint.split(':').pop() ?? '';
    await stop();
    const { log, stop: leave } = record(bind(`localhost:${port}`));
    leave();
    // By now the name is resolved, and Node has begun to listen.
    await lookup('localhost');
    await settled();
    await expect(openConnection(`localhost:${port}`)).rejects.toMatchObject({
      code: 'ERR_CONNECTION_REFUSED',
    });
    expect(log).toEqual([]);
  });

  it('refuses a port in use (rule 16)', async () => {
    const { server } = await startServer();
    await expect(firstValueFrom(bind(server.endpoint))).rejects.toMatchObject({
      code: 'ERR_ADDRESS_IN_USE',
      phase: 'bind',
      endpoint: server.endpoint,
      cause: { code: 'EADDRINUSE' },
    });
  });

  it('refuses a privileged port', async () => {
    // Root may bind it, so root becomes nobody for a moment; where everybody may, there is nothing to refuse.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      await expect(firstValueFrom(bind('127.0.0.1:1'))).rejects.toMatchObject({
        code: 'ERR_PERMISSION_DENIED',
      });
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  it.each([
    ['an address that this machine does not have', '192.0.2.1:0', 'ERR_ADDRESS_NOT_AVAILABLE'],
    ['a host name that cannot be resolved', 'no-such-host.invalid:0', 'ERR_HOST_NOT_FOUND'],
    ['what is no endpoint', 'localhost', 'ERR_INVALID_ENDPOINT'],
    ['tls:// without a certificate', 'tls://127.0.0.1:0', 'ERR_INVALID_OPTION'],
  ])('refuses %s', async (_, endpoint, code) => {
    await expect(firstValueFrom(bind(endpoint))).rejects.toMatchObject({ code });
  });

  it.each([
    ['gracePeriod', { gracePeriod: -1 }],
    ['closeTimeout', { closeTimeout: Number.NaN }],
    ['maxConnections', { maxConnections: 1.5 }],
    ['maxConnections', { maxConnections: 0 }],
    ['keepAliveInitialDelay', { keepAliveInitialDelay: 2 ** 31 }],
    ['fd', { fd: -1 }],
    ['fd', { fd: 1.5 }],
    ['fd', { fd: Infinity }],
    ['until', { until: 5 as unknown as ObservableInput<unknown> }],
  ])('names the option %s when its value is out of range', async (name, options) => {
    await expect(firstValueFrom(bind('127.0.0.1:0', options))).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTION',
      phase: 'parse',
      message: expect.stringContaining(name) as string,
    });
  });

  it('leaves the options of the caller alone', async () => {
    const options = Object.freeze({ closeTimeout: 500, until: NEVER });
    await startServer(options);
    expect(options).toEqual({ closeTimeout: 500, until: NEVER });
  });
});

describe('Server.connections', () => {
  it('keeps the connections that come before anyone subscribes', async () => {
    const { server } = await startServer();
    const peers = [await dialRaw(server.endpoint), await dialRaw(server.endpoint)];
    await settled();
    const connections = await firstValueFrom(server.connections.pipe(take(2), toArray()));
    expect(connections.map(({ remote }) => remote)).toEqual(
      peers.map(({ localAddress, localPort }) => `${String(localAddress)}:${String(localPort)}`),
    );
  });

  it('refuses and reports those over the backlog', async () => {
    const { server } = await startServer({ backlog: 1 });
    const refusals = firstValueFrom(server.refused);
    await dialRaw(server.endpoint);
    const second = await dialRaw(server.endpoint);
    const refusal = await refusals;
    expect(refusal).toMatchObject({ error: { code: 'ERR_TOO_MANY_CONNECTIONS', phase: 'accept' } });
    expect(refusal.remote).toBe(`127.0.0.1:${String(second.localPort)}`);
    second.end();
    await closeOf(second);
  });

  it('refuses and reports those over maxConnections, and lets the next in when one has gone (rule 14)', async () => {
    const { server, accept } = await startServer({ maxConnections: 1 });
    const refusals = record(server.refused);
    const first = await dialRaw(server.endpoint);
    const accepted = await accept();
    const second = await dialRaw(server.endpoint);
    second.end();
    await closeOf(second);
    expect(refusals.log).toHaveLength(1);
    expect(refusals.log[0]).toContain('ERR_TOO_MANY_CONNECTIONS');
    first.end();
    await accepted.close();
    await dialRaw(server.endpoint);
    await accept();
  });

  it('goes to every subscriber, and completes for all when the server is closed', async () => {
    const { server, stop } = await startServer({ closeTimeout: 10 });
    const [one, two] = [firstValueFrom(server.connections), firstValueFrom(server.connections)];
    await dialRaw(server.endpoint);
    expect(await one).toBe(await two);
    const { log } = record(server.connections);
    await stop();
    expect(log).toEqual(['complete']);
    expect(record(server.connections).log).toEqual(['complete']);
    expect(record(server.refused).log).toEqual(['complete']);
  });
});

describe('unsubscribing a server', () => {
  it('stops accepting, closes every connection gracefully and reports it by closed (rule 2)', async () => {
    const { server, accept, stop } = await startServer();
    const peer = await dialRaw(server.endpoint);
    const connection = await accept();
    connection.write('last words');
    const text = drain(peer).then((bytes) => {
      peer.end();
      return bytes.toString();
    });
    expect(await stop()).toEqual({ drained: 1, forced: 0, lost: 0, refused: 0, bytesDiscarded: 0 });
    expect(await text).toBe('last words');
    await expect(openConnection(server.endpoint)).rejects.toMatchObject({ code: 'ERR_CONNECTION_REFUSED' });
  });

  it('reports by closed only when every connection is released, whenever it was subscribed (rule 2)', async () => {
    const { server, accept, stop } = await startServer({ closeTimeout: 50 });
    const early = record(server.closed);
    const peers = [await dialRaw(server.endpoint), await dialRaw(server.endpoint)];
    await accept();
    const second = await accept();
    peers[0]?.end();
    const third = record(second.closed);
    expect(await stop()).toMatchObject({ drained: 1, forced: 1 });
    expect(third.log).toHaveLength(2);
    expect(early.log).toEqual([
      '{"drained":1,"forced":1,"lost":0,"refused":0,"bytesDiscarded":0}',
      'complete',
    ]);
  });

  it('resets the peers that hang at the deadline, and counts them (rule 2)', async () => {
    const { server, accept, stop } = await startServer({ closeTimeout: 20 });
    await dialRaw(server.endpoint);
    (await accept()).write(Buffer.alloc(32 * 1024 * 1024));
    const summary = await stop();
    expect(summary).toMatchObject({ drained: 0, forced: 1, lost: 0 });
    expect(summary.bytesDiscarded).toBeGreaterThan(0);
  });

  it('closes connections that nobody has taken yet', async () => {
    const { server, stop } = await startServer();
    const peer = await dialRaw(server.endpoint);
    await settled();
    peer.end();
    await Promise.all([stop(), closeOf(peer)]);
  });

  it('counts those that were lost otherwise', async () => {
    const { server, accept, stop } = await startServer();
    await dialRaw(server.endpoint);
    const connection = await accept();
    const stopping = stop();
    connection.abort();
    expect(await stopping).toMatchObject({ drained: 0, forced: 0, lost: 1 });
  });
});

describe('until', () => {
  it('drains: stops accepting, fires draining, and completes when the last connection is closed (rule 3)', async () => {
    const until = new Subject<string>();
    const { server, accept, subscription } = await startServer({ until });
    const peer = await dialRaw(server.endpoint);
    const connection = await accept();
    const draining = record(connection.draining);
    until.next('SIGTERM');
    expect(draining.log).toEqual([undefined, 'complete']);
    const late = connection.draining;
    expect(record(connection.draining).log).toEqual([undefined, 'complete']);
    await expect(openConnection(server.endpoint)).rejects.toMatchObject({ code: 'ERR_CONNECTION_REFUSED' });
    // To stop accepting is not to close: the connection goes on both ways.
    connection.write('still served');
    record(connection.send(connection.received));
    peer.end('!');
    expect((await drain(peer)).toString()).toBe('still served!');
    expect(await firstValueFrom(server.closed)).toEqual({
      drained: 1,
      forced: 0,
      lost: 0,
      refused: 0,
      bytesDiscarded: 0,
    });
    expect(subscription.closed).toBe(false);
    expect(record(late).log).toEqual([undefined, 'complete']);
  });

  it('completes bind and listen when drained', async () => {
    const until = new Subject<void>();
    const connections: Connection[] = [];
    const states: string[] = [];
    bind('127.0.0.1:0', { until }).subscribe({ complete: () => states.push('bind') });
    listen('127.0.0.1:0', { until }).subscribe({
      next: (connection) => connections.push(connection),
      complete: () => states.push('listen'),
    });
    await settled();
    until.next();
    await settled();
    expect([states.sort(), connections]).toEqual([['bind', 'listen'], []]);
  });

  it('is not held by an idle connection longer than the gracePeriod, in virtual time (rules 3 and 18)', async () => {
    const scheduler = new VirtualTimeScheduler();
    const until = new Subject<void>();
    const states: string[] = [];
    const server = await new Promise<Server>((resolve) => {
      bind('127.0.0.1:0', { until, gracePeriod: HOUR, closeTimeout: HOUR, scheduler }).subscribe({
        next: resolve,
        complete: () => states.push('complete'),
      });
    });
    const peer = await dialRaw(server.endpoint);
    const connection = await firstValueFrom(server.connections);
    until.next();
    scheduler.maxFrames = HOUR - 1;
    scheduler.flush();
    expect(states).toEqual([]);
    scheduler.maxFrames = HOUR;
    scheduler.flush();
    expect(states).toEqual(['complete']);
    const { log } = record(connection.closed);
    scheduler.maxFrames = 2 * HOUR;
    scheduler.flush();
    expect(await firstValueFrom(server.closed)).toMatchObject({ drained: 0, forced: 1 });
    expect(log[0]).toContain('ERR_CLOSE_TIMEOUT');
    peer.destroy();
  });

  it('that has fired already drains as soon as the server is bound', async () => {
    const events = await lastValueFrom(bind('127.0.0.1:0', { until: of('now') }).pipe(toArray()));
    expect(events).toHaveLength(1);
  });

  it('stays subscribed during the drain, so that a second signal does not end the process (rule 3)', async () => {
    const until = new Subject<void>();
    const { server, accept, stop } = await startServer({ until });
    await dialRaw(server.endpoint);
    const connection = await accept();
    until.next();
    expect(until.observed).toBe(true);
    until.next();
    connection.abort();
    await stop();
    expect(until.observed).toBe(false);
  });

  it('that completes without a value does nothing', async () => {
    const { server } = await startServer({ until: EMPTY });
    await dialRaw(server.endpoint);
    expect(await firstValueFrom(server.connections)).toBeDefined();
  });

  it('that errors closes the server and passes its error on', async () => {
    await expect(
      lastValueFrom(bind('127.0.0.1:0', { until: throwError(() => new Error('mine')) })),
    ).rejects.toThrow('mine');
  });
});

describe('a listener', () => {
  it('survives 1000 clients that connect and drop (rules 15 and 17)', async () => {
    const { server } = await startServer();
    const outcomes = record(server.connections);
    for (let round = 0; round < 1000; round += 1) {
      const peer = await dialRaw(server.endpoint);
      if (round % 2 === 0) peer.resetAndDestroy();
      else peer.destroy();
    }
    const last = await dialRaw(server.endpoint);
    last.end();
    await settled();
    expect(outcomes.log.length).toBeGreaterThan(900);
  });
});
