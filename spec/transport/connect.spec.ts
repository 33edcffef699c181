import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  concatMap,
  defer,
  firstValueFrom,
  from,
  lastValueFrom,
  map,
  merge,
  NEVER,
  repeat,
  retry,
  Subject,
  switchMap,
  take,
  tap,
  timer,
  toArray,
  VirtualTimeScheduler,
} from 'rxjs';
import { connect, TransportError, openConnection, type ConnectOptions } from '../../src/index.ts';
import { afterThisSpec } from '../cleanup.ts';
import { closeOf, drain, startRawServer, startServer } from '../loopback.ts';
import { record, settled } from '../wire.ts';

const HOUR = 3_600_000;
const neverAnswers: LookupFunction = () => undefined;
const resolvesTo =
  (...addresses: readonly string[]): LookupFunction =>
  (_host, _options, callback) => {
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };

describe('connect', () => {
  it('emits one connection and completes when it has closed cleanly (rule 4)', async () => {
    const { endpoint, accept } = await startRawServer();
    const { log } = record(connect(endpoint).pipe(switchMap(({ received }) => received)));
    (await accept()).end('hello');
    while (!log.includes('complete')) await settled();
    expect(log).toEqual(['hello', 'complete']);
  });

  it('errors when the connection is lost, after all bytes that came before (rules 4 and 8)', async () => {
    const { endpoint, accept } = await startRawServer();
    const { log } = record(connect(endpoint).pipe(switchMap(({ received }) => received)));
    const peer = await accept();
    peer.write('partial');
    while (log.length === 0) await settled();
    peer.resetAndDestroy();
    while (log.length < 2) await settled();
    expect(log).toEqual(['partial', 'ERR_CONNECTION_RESET']);
  });

  it('does nothing until it is subscribed, and dials per subscription (rule 1)', async () => {
    const { endpoint, accept } = await startRawServer();
    const cold = connect(endpoint);
    const subscriptions = [cold.subscribe(), cold.subscribe()];
    await accept();
    await accept();
    for (const subscription of subscriptions) subscription.unsubscribe();
  });

  it('knows both ends', async () => {
    const { server, accept } = await startServer();
    const connection = await openConnection(server.endpoint);
    const accepted = await accept();
    expect([connection.remote, connection.local]).toEqual([accepted.local, accepted.remote]);
    record(accepted.received);
    await connection.close();
  });

  it('dials from the localAddress that it is given', async () => {
    const { server, accept } = await startServer();
    const connection = await openConnection(server.endpoint, { localAddress: '127.0.0.2' });
    expect((await accept()).remote).toMatch(/^127\.0\.0\.2:/u);
    connection.abort();
  });

  it('resolves host names', async () => {
    const { server, accept } = await startServer();
    const port = server.endpoint.split(':').pop() ?? '';
    const connection = await openConnection(`localhost:${port}`);
    await accept();
    expect(connection.remote).toBe(server.endpoint);
    connection.abort();
  });

  it('closes gracefully when unsubscribed: nothing written is lost (rule 2)', async () => {
    const { endpoint, accept } = await startRawServer();
    const size = 8 * 1024 * 1024;
    const dialling = connect(endpoint).subscribe((connection) => {
      connection.write(Buffer.alloc(size, 'x'));
      dialling.unsubscribe();
    });
    const peer = await accept();
    expect((await drain(peer)).length).toBe(size);
    peer.end();
  });

  it('closes what firstValueFrom returned (rule 4)', async () => {
    const { endpoint, accept } = await startRawServer();
    const connection = await firstValueFrom(connect(endpoint));
    (await accept()).end();
    expect(connection.write('too late')).toBe(false);
    expect((await firstValueFrom(connection.closed)).writesRefused).toBe(1);
  });

  it('redials by retry when the server goes away, although the client has nothing to say (rules 4 and 12)', async () => {
    const { endpoint, accept } = await startRawServer();
    let dials = 0;
    const client = defer(() => {
      dials += 1;
      return connect(endpoint).pipe(
        switchMap((connection) => merge(connection.send(NEVER), connection.received)),
      );
    }).pipe(retry({ delay: () => timer(1) }));
    const { log, stop } = record(client);
    for (let round = 1; round <= 3; round += 1) {
      const peer = await accept();
      peer.end(String(round));
      await drain(peer);
    }
    const last = await accept();
    stop();
    last.end();
    expect([dials, log]).toEqual([4, ['1', '2', '3']]);
  });

  it('notices that the server went away although the client only sends (rule 12)', async () => {
    const { endpoint, accept } = await startRawServer();
    const { log } = record(connect(endpoint).pipe(switchMap((connection) => connection.send(NEVER))));
    (await accept()).end('unread greeting');
    while (log.length === 0) await settled();
    expect(log).toEqual(['ERR_PEER_ENDED']);
  });

  it('repeats when the server closes cleanly and the client only reads', async () => {
    const { endpoint, accept } = await startRawServer();
    const { log } = record(
      connect(endpoint).pipe(
        switchMap(({ received }) => received),
        repeat(2),
      ),
    );
    (await accept()).end('a');
    (await accept()).end('b');
    while (!log.includes('complete')) await settled();
    expect(log).toEqual(['a', 'b', 'complete']);
  });

  it('keeps what came before the end for a reader that comes late (rules 7 and 8)', async () => {
    const { endpoint, accept } = await startRawServer();
    const late = connect(endpoint).pipe(
      switchMap(({ closed, received }) => closed.pipe(switchMap(() => received))),
    );
    const { log } = record(late);
    (await accept()).end('whole answer');
    while (log.length < 2) await settled();
    expect(log).toEqual(['whole answer', 'complete']);
  });

  it('sees a FIN that comes at once as a clean close', async () => {
    const { endpoint, accept } = await startRawServer();
    const { log } = record(connect(endpoint).pipe(switchMap(({ received }) => received)));
    (await accept()).end();
    while (log.length === 0) await settled();
    expect(log).toEqual(['complete']);
  });
});

describe('connect fails', () => {
  it.each<[string, string, ConnectOptions, string, string]>([
    ['an endpoint without a port', 'localhost', {}, 'ERR_INVALID_ENDPOINT', 'parse'],
    ['an unknown host', 'no-such-host.invalid:80', {}, 'ERR_HOST_NOT_FOUND', 'resolve'],
    ['an option out of range', '127.0.0.1:1', { connectTimeout: -5 }, 'ERR_INVALID_OPTION', 'parse'],
    [
      'a localAddress that is none',
      '127.0.0.1:1',
      { localAddress: 'nowhere' },
      'ERR_INVALID_OPTION',
      'connect',
    ],
    [
      'a foreign localAddress',
      '127.0.0.1:1',
      { localAddress: '192.0.2.1' },
      'ERR_ADDRESS_NOT_AVAILABLE',
      'connect',
    ],
    ['a missing Unix path', 'unix:/nowhere/at/all.sock', {}, 'ERR_ENDPOINT_NOT_FOUND', 'connect'],
    [
      'a Unix path that the platform would cut off',
      `unix:/${'x'.repeat(107)}`,
      {},
      'ERR_PATH_TOO_LONG',
      'connect',
    ],
    ['a directory', 'unix:/tmp', {}, 'ERR_NOT_A_SOCKET', 'connect'],
  ])('for %s', async (_, endpoint, options, code, phase) => {
    await expect(lastValueFrom(connect(endpoint, options))).rejects.toMatchObject({ code, phase });
  });

  it('when nobody listens', async () => {
    const { server, stop } = await startServer();
    await stop();
    await expect(lastValueFrom(connect(server.endpoint))).rejects.toMatchObject({
      code: 'ERR_CONNECTION_REFUSED',
      phase: 'connect',
      endpoint: server.endpoint,
      cause: { code: 'ECONNREFUSED' },
    });
  });

  it('for a file that is no socket', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'rxjs-net-spec-'));
    afterThisSpec(() => {
      rmSync(directory, { recursive: true });
    });
    writeFileSync(join(directory, 'file'), '');
    await expect(lastValueFrom(connect(`unix:${directory}/file`))).rejects.toMatchObject({
      code: 'ERR_NOT_A_SOCKET',
    });
  });

  it('with whatever a lookup fails with, as a failure to resolve', async () => {
    const lookup: LookupFunction = (_host, _options, callback) => {
      callback(Object.assign(new Error('the resolver is down'), { code: 'EWEIRD' }), '', 0);
    };
    await expect(lastValueFrom(connect('some.host:80', { lookup }))).rejects.toMatchObject({
      code: 'ERR_HOST_NOT_FOUND',
      phase: 'resolve',
      message: expect.stringContaining('the resolver is down') as string,
    });
  });

  it.each([[[]], [undefined]])(
    'with a lookup that succeeds with %j, as a failure to resolve (rule 17)',
    async (nothing) => {
      const lookup: LookupFunction = (_host, _options, callback) => {
        callback(null, nothing as unknown as string, 4);
      };
      await expect(lastValueFrom(connect('some.host:80', { lookup }))).rejects.toMatchObject({
        code: 'ERR_HOST_NOT_FOUND',
        message: expect.stringContaining('no address for some.host') as string,
      });
    },
  );

  it('with one cause per address that was tried (rule 16)', async () => {
    const lookup = resolvesTo('127.0.0.1', '127.0.0.2', '::1');
    const error: unknown = await lastValueFrom(connect('many.example:1', { lookup })).catch(
      (cause: unknown) => cause,
    );
    expect(TransportError.is(error) && error.code).toBe('ERR_CONNECTION_REFUSED');
    expect(TransportError.is(error) && error.causes.map(({ code, endpoint }) => [code, endpoint])).toEqual(
      expect.arrayContaining([
        ['ERR_CONNECTION_REFUSED', '127.0.0.1:1'],
        ['ERR_CONNECTION_REFUSED', '[::1]:1'],
      ]),
    );
  });

  it('never with the address that does not answer when another one does (RFC 8305)', async () => {
    const { server, accept } = await startServer();
    const port = server.endpoint.split(':').pop() ?? '';
    const lookup = resolvesTo('::1', '127.0.0.1');
    const connection = await openConnection(`two.example:${port}`, {
      lookup,
      autoSelectFamilyAttemptTimeout: 50,
    });
    await accept();
    expect(connection.remote).toBe(server.endpoint);
    connection.abort();
  });
});

describe('connectTimeout', () => {
  it('ends an hour of resolving in virtual time (rule 18)', () => {
    const scheduler = new VirtualTimeScheduler();
    const { log } = record(
      connect('slow.example:80', { lookup: neverAnswers, connectTimeout: HOUR, scheduler }),
    );
    scheduler.maxFrames = HOUR - 1;
    scheduler.flush();
    expect(log).toEqual([]);
    scheduler.maxFrames = HOUR;
    scheduler.flush();
    expect(log).toEqual(['ERR_CONNECT_TIMEOUT']);
  });

  it('is 5 seconds by default, and none when Infinity', () => {
    const scheduler = new VirtualTimeScheduler();
    const byDefault = record(connect('slow.example:80', { lookup: neverAnswers, scheduler }));
    const never = record(
      connect('slow.example:80', { lookup: neverAnswers, scheduler, connectTimeout: Infinity }),
    );
    scheduler.flush();
    expect([scheduler.frame, byDefault.log, never.log]).toEqual([5000, ['ERR_CONNECT_TIMEOUT'], []]);
    never.stop();
  });

  it('ends a dial that nobody answers: a port that drops SYNs because its backlog is full', async () => {
    const endpoint = await startDeafServer();
    const dials = record(
      from(Array.from({ length: 8 }, () => endpoint)).pipe(
        concatMap((target) => openConnection(target, { connectTimeout: 50 })),
      ),
    );
    afterThisSpec(() => {
      dials.stop();
    });
    while (!dials.log.some((entry) => entry.startsWith('ERR_'))) await settled();
    expect(dials.log.pop()).toBe('ERR_CONNECT_TIMEOUT');
  });

  it('does not limit the life of the connection', async () => {
    const scheduler = new VirtualTimeScheduler();
    const { endpoint, accept } = await startRawServer();
    const open = new Subject<void>();
    const opened = firstValueFrom(open);
    const { log } = record(
      connect(endpoint, { scheduler }).pipe(
        tap(() => {
          open.next();
        }),
        switchMap(({ received }) => received),
      ),
    );
    const peer = await accept();
    await opened;
    scheduler.flush();
    peer.end('still here');
    while (log.length < 2) await settled();
    expect(log).toEqual(['still here', 'complete']);
  });
});

describe('unsubscribing connect', () => {
  it('while resolving leaves nothing behind (rule 2)', async () => {
    const { log, stop } = record(connect('slow.example:80', { lookup: neverAnswers }));
    stop();
    await settled();
    expect(log).toEqual([]);
  });

  it('while dialling destroys the attempt (rule 2)', async () => {
    const { endpoint, netServer } = await startRawServer();
    const { log, stop } = record(connect(endpoint));
    stop();
    await settled();
    const count = await new Promise((resolve) => {
      netServer.getConnections((_error, connections) => {
        resolve(connections);
      });
    });
    expect([count, log]).toEqual([0, []]);
  });

  it('while reading and writing closes with FIN and not with RST, although data was unread (rule 2)', async () => {
    const { endpoint, accept } = await startRawServer();
    const { stop } = record(
      connect(endpoint).pipe(
        switchMap((connection) => merge(connection.send(NEVER), connection.received.pipe(take(1)))),
      ),
    );
    const peer = await accept();
    peer.write(Buffer.alloc(4 * 1024 * 1024));
    await settled();
    stop();
    peer.end();
    expect(await closeOf(peer)).toEqual({ error: undefined });
  });
});

describe('signal', () => {
  it('that has aborted already prevents the dial', async () => {
    const { endpoint } = await startRawServer();
    await expect(
      lastValueFrom(connect(endpoint, { signal: AbortSignal.abort(new Error('no')) })),
    ).rejects.toMatchObject({
      code: 'ERR_ABORTED',
      cause: { message: 'no' },
    });
  });

  it('ends the attempt', () => {
    const controller = new AbortController();
    const { log } = record(connect('slow.example:80', { lookup: neverAnswers, signal: controller.signal }));
    controller.abort();
    expect(log).toEqual(['ERR_ABORTED']);
  });

  it('resets the open connection', async () => {
    const controller = new AbortController();
    const { endpoint, accept } = await startRawServer();
    const connection = await openConnection(endpoint, { signal: controller.signal });
    const peer = await accept();
    const closed = closeOf(peer);
    controller.abort();
    expect((await firstValueFrom(connection.closed)).error?.code).toBe('ERR_ABORTED');
    expect(await closed).toEqual({ error: 'ECONNRESET' });
  });

  it('is let go of when the connection is closed', async () => {
    const controller = new AbortController();
    const removed = jest.spyOn(controller.signal, 'removeEventListener');
    const { endpoint, accept } = await startRawServer();
    const connection = await openConnection(endpoint, { signal: controller.signal });
    (await accept()).end();
    const summary = await connection.close();
    expect(removed).toHaveBeenCalledWith('abort', expect.any(Function));
    controller.abort();
    expect(await firstValueFrom(connection.closed)).toEqual(summary);
  });
});

describe('openConnection', () => {
  it('keeps the connection open until it is closed (rule 4)', async () => {
    const { endpoint, accept } = await startRawServer();
    const connection = await openConnection(endpoint);
    const peer = await accept();
    peer.end('hello');
    const text = await lastValueFrom(
      connection.received.pipe(
        toArray(),
        map((chunks) => Buffer.concat(chunks).toString()),
      ),
    );
    expect(text).toBe('hello');
    await connection.close();
  });

  it('rejects with the error of the dial', async () => {
    await expect(openConnection('localhost')).rejects.toMatchObject({ code: 'ERR_INVALID_ENDPOINT' });
  });
});

/** A server of another process that listens and then never accepts: its event loop stands still. */
async function startDeafServer(): Promise<string> {
  const program = `
    const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      process.stdout.write(String(server.address().port), () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20_000));
    });`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  afterThisSpec(() => child.kill('SIGKILL'));
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return `127.0.0.1:${port.toString()}`;
}
