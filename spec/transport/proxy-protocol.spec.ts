import { connect as connectTls } from 'node:tls';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { mkdtempSync, rmSync } from 'node:fs';
import { firstValueFrom, mergeMap, NEVER, reduce, Subject, VirtualTimeScheduler } from 'rxjs';
import {
  bind,
  connect,
  openConnection,
  serve,
  type Arrival,
  type BindOptions,
  type Connection,
  type ProxyHeaderOptions,
  type ProxyProtocolOptions,
} from '../../src/index.ts';
import { formatProxyHeader } from '../../src/proxy-protocol/format-proxy-header.ts';
import { certificates } from '../certificates.ts';
import { afterThisSpec } from '../cleanup.ts';
import { dialRaw, drain, startServer, type StartedServer } from '../loopback.ts';
import { record, settled } from '../wire.ts';

const trusted: ProxyProtocolOptions = { trusted: ['127.0.0.0/8'] };
const client = { source: '203.0.113.9:4711', destination: '192.0.2.1:443' } as const;
const header = (more: ProxyHeaderOptions = {}): Buffer => formatProxyHeader({ ...client, ...more });

const start = (options: BindOptions = {}, endpoint?: string): Promise<StartedServer> =>
  startServer({ proxyProtocol: trusted, ...options }, endpoint);

const text = (connection: Connection): Promise<string> =>
  firstValueFrom(connection.received.pipe(reduce((all, chunk) => all + chunk.toString(), '')));

describe('a listener behind a proxy', () => {
  it.each([1, 2] as const)(
    'takes the client from a header of version %i, and the bytes from behind it',
    async (version) => {
      const { server, accept } = await start();
      const peer = await dialRaw(server.endpoint);
      peer.write(Buffer.concat([header({ version }), Buffer.from('hello, ')]));
      const connection = await accept();
      expect(connection.remote).toBe(client.source);
      expect(connection.local).toBe(server.endpoint);
      expect(connection.proxied).toMatchObject({ version, command: 'proxy', ...client });
      peer.end('world');
      expect(await text(connection)).toBe('hello, world');
      await connection.close();
      expect((await firstValueFrom(connection.closed)).bytesRead).toBe(12);
    },
  );

  it('takes a header that comes byte by byte, and keeps what is said with its last byte (rule 8)', async () => {
    const { server, accept } = await start();
    const peer = await dialRaw(server.endpoint);
    const bytes = header({ version: 1 });
    for (const byte of bytes.subarray(0, -1)) {
      peer.write(Buffer.of(byte));
      await settled();
    }
    peer.end(Buffer.concat([bytes.subarray(-1), Buffer.from('x')]));
    expect(await text(await accept())).toBe('x');
  });

  it('reads the TLVs, and keeps no more of what came with them', async () => {
    const { server, accept } = await start();
    const peer = await dialRaw(server.endpoint);
    const tlvs = new Map([[0xe0, Buffer.from('of ours')]]);
    const bytes = header({ tlvs, authority: 'a.example', checksum: true });
    peer.write(Buffer.concat([bytes, Buffer.alloc(10_000)]));
    const { proxied } = await accept();
    expect([proxied?.authority, proxied?.tlvs.get(0xe0)?.toString()]).toEqual(['a.example', 'of ours']);
    expect(proxied?.tlvs.get(0xe0)?.buffer.byteLength).toBe(bytes.length);
  });

  it('keeps the address of the proxy where that speaks for itself', async () => {
    const { server, accept } = await start();
    const peer = await dialRaw(server.endpoint);
    peer.write(formatProxyHeader());
    const connection = await accept();
    expect(connection.remote).toBe(`127.0.0.1:${String(peer.localPort)}`);
    expect(connection.proxied).toMatchObject({ command: 'local', source: undefined });
  });

  it('notices an end that comes right behind the header, while accept takes its time (rule 8)', async () => {
    const decision = new Subject<boolean>();
    const asked = new Subject<Arrival>();
    const started = await start({
      accept: (arrival) => {
        asked.next(arrival);
        return decision;
      },
    });
    const arrival = firstValueFrom(asked);
    const connection = started.accept();
    const peer = await dialRaw(started.server.endpoint);
    peer.end(header());
    expect((await arrival).remote).toBe(client.source);
    await settled();
    await settled();
    decision.next(true);
    expect(await text(await connection)).toBe('');
    expect((await firstValueFrom((await connection).closed)).error).toBeUndefined();
  });

  it('refuses who resets while accept takes its time, and stops at once (rules 2 and 5)', async () => {
    const asked = new Subject<Arrival>();
    const { server, stop } = await start({
      accept: (arrival) => {
        asked.next(arrival);
        return NEVER;
      },
    });
    const arrival = firstValueFrom(asked);
    const refusal = firstValueFrom(server.refused);
    const peer = await dialRaw(server.endpoint);
    peer.write(Buffer.concat([header(), Buffer.from('hello')]));
    await arrival;
    peer.resetAndDestroy();
    expect(await refusal).toMatchObject({ remote: client.source, error: { code: 'ERR_CONNECTION_RESET' } });
    expect(await stop()).toMatchObject({ drained: 0, forced: 0, lost: 0, refused: 1 });
  });

  it('reports the client, and not the proxy, when nobody takes its connection', async () => {
    const { server } = await start({ backlog: 1 });
    const refusal = firstValueFrom(server.refused);
    for (let count = 0; count < 2; count += 1) (await dialRaw(server.endpoint)).write(header());
    expect(await refusal).toMatchObject({
      remote: client.source,
      error: { code: 'ERR_TOO_MANY_CONNECTIONS' },
    });
  });

  it('tells of a Unix socket as such, also over TLS', async () => {
    const ours = await certificates();
    const { server, accept } = await start({ tls: { secureContext: ours.server } });
    const dialled = await openConnection(server.endpoint, {
      proxyHeader: { source: 'unix:/run/x.sock', destination: 'unix:/run/y.sock' },
      tls: { secureContext: { ca: ours.ca } },
    });
    afterThisSpec(() => dialled.close());
    expect((await accept()).remote).toBe('unix:/run/x.sock');
  });

  it('asks accept for the client, and reports him as refused', async () => {
    const { server } = await start({ accept: ({ remote }) => remote !== client.source });
    const refusal = firstValueFrom(server.refused);
    const peer = await dialRaw(server.endpoint);
    peer.write(header());
    expect(await refusal).toMatchObject({ remote: client.source, error: { code: 'ERR_NOT_ACCEPTED' } });
  });

  it('reads the header in front of a TLS handshake', async () => {
    const ours = await certificates();
    const { server, accept } = await start({ tls: { secureContext: ours.server } });
    const dialled = await openConnection(server.endpoint, {
      proxyHeader: client,
      tls: { secureContext: { ca: ours.ca } },
    });
    afterThisSpec(() => dialled.close());
    const connection = await accept();
    expect([connection.remote, connection.tls?.protocol]).toEqual([`tls://${client.source}`, 'TLSv1.3']);
    dialled.write('secret');
    expect(String(await firstValueFrom(connection.received))).toBe('secret');
  });

  it('reads a ClientHello that came in one piece with the header', async () => {
    const ours = await certificates();
    const { server, accept } = await start({ tls: { secureContext: ours.server } });
    const raw = await dialRaw(server.endpoint);
    raw.cork();
    raw.write(header());
    const socket = connectTls({ socket: raw, ca: ours.ca, servername: 'localhost' });
    socket.on('error', () => undefined);
    setImmediate(() => {
      raw.uncork();
    });
    expect((await accept()).remote).toBe(`tls://${client.source}`);
    socket.destroy();
  });

  it('takes a header over a Unix socket from whoever may connect', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'rxjs-net-'));
    afterThisSpec(() => {
      rmSync(directory, { recursive: true, force: true });
    });
    const { server, accept } = await start({ proxyProtocol: { trusted: [] } }, `unix:${directory}/s`);
    const peer = await dialRaw(server.endpoint);
    peer.write(header());
    expect((await accept()).remote).toBe(client.source);
  });
});

describe('a header of the PROXY protocol is refused', () => {
  it('from whom is no trusted proxy, before anything is read', async () => {
    const { server } = await start({ proxyProtocol: { trusted: ['192.0.2.0/24'] } });
    const refusal = firstValueFrom(server.refused);
    const peer = await dialRaw(server.endpoint);
    peer.write(header());
    await drain(peer);
    expect(await refusal).toMatchObject({
      remote: `127.0.0.1:${String(peer.localPort)}`,
      error: { code: 'ERR_NOT_ACCEPTED', phase: 'accept', endpoint: server.endpoint },
    });
  });

  it.each<[string, Buffer, boolean]>([
    ['that is none', Buffer.from('GET / HTTP/1.1\r\n'), false],
    ['after one byte that cannot be one', Buffer.from('G'), false],
    [
      'that is too long',
      formatProxyHeader({ ...client, tlvs: new Map([[0xe0, Buffer.alloc(5000)]]) }),
      false,
    ],
    [
      'with a wrong checksum',
      Buffer.concat([formatProxyHeader({ ...client, checksum: true }).subarray(0, -1), Buffer.of(0)]),
      false,
    ],
    ['that ends before it is whole', header().subarray(0, 20), true],
    ['that never begins', Buffer.alloc(0), true],
  ])('%s, and the next one is served (rule 15)', async (_, bytes, ends) => {
    const started = await start();
    const refusal = firstValueFrom(started.server.refused);
    const peer = await dialRaw(started.server.endpoint);
    if (bytes.length > 0) peer.write(bytes);
    if (ends) peer.end();
    expect((await refusal).error).toMatchObject({
      code: 'ERR_PROXY_HEADER',
      phase: 'accept',
      endpoint: started.server.endpoint,
    });
    await drain(peer);
    const next = started.accept();
    (await dialRaw(started.server.endpoint)).write(header());
    expect((await next).remote).toBe(client.source);
  });

  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['half of it', header().subarray(0, 20)],
  ])('at the deadline, when %s has come, on the scheduler (rule 18)', async (_, bytes) => {
    const scheduler = new VirtualTimeScheduler();
    const { server } = await start({ scheduler });
    const refusal = firstValueFrom(server.refused);
    const peer = await dialRaw(server.endpoint);
    if (bytes.length > 0) peer.write(bytes);
    await settled();
    await settled();
    scheduler.maxFrames = 4_999;
    scheduler.flush();
    expect(peer.destroyed).toBe(false);
    scheduler.maxFrames = 5_000;
    scheduler.flush();
    expect((await refusal).error).toMatchObject({
      code: 'ERR_PROXY_HEADER',
      detail: 'no header within 5000 ms',
    });
    await drain(peer);
  });

  it('by a listener that stops before it is whole (rules 2 and 5)', async () => {
    const { server, stop } = await start();
    const peer = await dialRaw(server.endpoint);
    peer.write('PROXY');
    await settled();
    const end = drain(peer);
    expect(await stop()).toMatchObject({ drained: 0, forced: 0 });
    await end;
  });
});

describe('a dial with proxyHeader', () => {
  it('passes on what a gateway was told of its client', async () => {
    const backend = await start();
    const gateway = await start();
    gateway.server.connections
      .pipe(
        mergeMap((incoming) =>
          connect(backend.server.endpoint, { proxyHeader: incoming.proxied }).pipe(
            mergeMap((outgoing) => outgoing.send(incoming.received)),
          ),
        ),
      )
      .subscribe();
    const peer = await dialRaw(gateway.server.endpoint);
    peer.write(Buffer.concat([header({ uniqueId: Buffer.from('42') }), Buffer.from('payload')]));
    const connection = await backend.accept();
    expect([connection.remote, connection.proxied?.uniqueId?.toString()]).toEqual([client.source, '42']);
    expect(String(await firstValueFrom(connection.received))).toBe('payload');
  });

  it('counts no byte of it as written', async () => {
    const { server } = await start();
    server.connections.pipe(serve(({ received }) => received)).subscribe();
    const connection = await openConnection(server.endpoint, { proxyHeader: client });
    connection.write('abc');
    expect(String(await firstValueFrom(connection.received))).toBe('abc');
    expect(await connection.close()).toMatchObject({ bytesRead: 3, bytesWritten: 3 });
  });

  it.each<[string, ProxyHeaderOptions, string]>([
    ['a host name', { source: 'localhost:1', destination: '127.0.0.1:1' }, 'ERR_INVALID_OPTION'],
    ['one end alone', { source: '127.0.0.1:1' }, 'ERR_INVALID_OPTION'],
    ['what is no endpoint', { source: '127.0.0.1', destination: '127.0.0.1:1' }, 'ERR_INVALID_ENDPOINT'],
  ])('refuses %s before anything is opened', async (_, proxyHeader, code) => {
    await expect(openConnection('127.0.0.1:1', { proxyHeader })).rejects.toMatchObject({ code });
  });
});

describe('proxyProtocol', () => {
  it.each<[string, unknown]>([
    ['true', true],
    ['nobody who is trusted', {}],
    ['null', null],
    ['trusted: true', { trusted: true }],
    ['trusted: null', { trusted: null }],
    ['trusted without a list', { trusted: {} }],
    ['a network that is none', { trusted: ['10.0.0.0/99'] }],
    ['a negative headerTimeout', { trusted: [], headerTimeout: -1 }],
    ['a maxHeaderLength below the least header', { trusted: [], maxHeaderLength: 15 }],
  ])('refuses %s', async (_, proxyProtocol) => {
    const { log } = record(bind('127.0.0.1:0', { proxyProtocol: proxyProtocol as ProxyProtocolOptions }));
    await settled();
    expect(log).toEqual(['ERR_INVALID_OPTION']);
  });
});
