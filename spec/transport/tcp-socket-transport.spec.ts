import { expectTypeOf } from 'expect-type';
import { firstValueFrom, lastValueFrom, map, merge, switchMap, tap } from 'rxjs';
import {
  serve,
  TcpSocketTransport,
  UnixSocketTransport,
  type Connection,
  type Server,
  type Transport,
} from '../../src/index.ts';
import { startRawServer, startServer } from '../loopback.ts';
import { record, settled } from '../wire.ts';

const bound = (transport: Transport): Promise<Server> =>
  new Promise((resolve, reject) => {
    transport.bind().subscribe({ next: resolve, error: reject });
  });

const opened = (transport: Transport, endpoint: string): Promise<Connection> =>
  new Promise((resolve, reject) => {
    transport.connect(endpoint).subscribe({ next: resolve, error: reject });
  });

describe('TcpSocketTransport', () => {
  it('listens on 127.0.0.1 and a free port by default, and has the endpoint from then until close', async () => {
    const transport = new TcpSocketTransport();
    expect(transport).toMatchObject({ host: '127.0.0.1', port: 0, endpoint: undefined });
    const server = await bound(transport);
    expect(transport.endpoint).toBe(server.endpoint);
    expect(server.endpoint).toMatch(/^127\.0\.0\.1:[1-9]\d*$/u);
    await transport.close();
    expect(transport.endpoint).toBeUndefined();
  });

  it('listens on a fixed host and port, again and again', async () => {
    const { server, stop } = await startServer();
    await stop();
    const port = Number(server.endpoint.split(':').pop());
    const transport = new TcpSocketTransport({ host: '127.0.0.1', port });
    for (let round = 0; round < 3; round += 1) {
      expect((await bound(transport)).endpoint).toBe(server.endpoint);
      await transport.close();
    }
  });

  it('writes an IPv6 host in brackets', async () => {
    const transport = new TcpSocketTransport({ host: '::1' });
    expect((await bound(transport)).endpoint).toMatch(/^\[::1\]:/u);
    await transport.close();
  });

  it('dials, and then has the endpoint that it is connected to', async () => {
    const { endpoint, accept } = await startRawServer();
    const transport = new TcpSocketTransport();
    await opened(transport, endpoint);
    expect(transport.endpoint).toBe(endpoint);
    (await accept()).end();
    await transport.close();
    expect(transport.endpoint).toBeUndefined();
  });

  it('has the endpoint that it listens on, whatever it is connected to besides', async () => {
    const { endpoint, accept } = await startRawServer();
    const transport = new TcpSocketTransport({ closeTimeout: 100 });
    await opened(transport, endpoint);
    const server = await bound(transport);
    const other = record(transport.connect(endpoint).pipe(map(({ id }) => id)));
    while (other.log.length === 0) await settled();
    expect(transport.endpoint).toBe(server.endpoint);
    other.stop();
    for (let count = 0; count < 2; count += 1) (await accept()).end();
    expect(transport.endpoint).toBe(server.endpoint);
    await transport.close();
  });

  it('has no endpoint any more when what it had is gone', async () => {
    const { endpoint, accept } = await startRawServer();
    const transport = new TcpSocketTransport();
    const { log } = record(transport.connect(endpoint).pipe(switchMap(({ received }) => received)));
    (await accept()).end();
    while (!log.includes('complete')) await settled();
    expect(transport.endpoint).toBeUndefined();
  });

  it('close ends the listener and every connection, made or accepted, and their Observables complete', async () => {
    const transport = new TcpSocketTransport({ closeTimeout: 500 });
    const outcomes = record(transport.listen().pipe(serve(({ received }) => received)));
    while (transport.endpoint === undefined) await settled();
    const { endpoint } = transport;
    const client = record(
      transport
        .connect(endpoint)
        .pipe(switchMap((connection) => merge(connection.send(['hi']), connection.received))),
    );
    while (client.log.length === 0) await settled();
    await transport.close();
    expect(client.log).toEqual(['hi', 'complete']);
    expect(outcomes.log.at(-1)).toBe('complete');
    await expect(opened(transport, endpoint)).rejects.toMatchObject({ code: 'ERR_CONNECTION_REFUSED' });
  });

  it('close waits at most closeTimeout for a peer that does not close, then aborts', async () => {
    const { endpoint, accept } = await startRawServer();
    const transport = new TcpSocketTransport({ closeTimeout: 20 });
    const connection = await opened(transport, endpoint);
    await accept();
    await transport.close();
    expect((await firstValueFrom(connection.closed)).error?.code).toBe('ERR_CLOSE_TIMEOUT');
  });

  it('close settles before anything was opened, when called twice, and when called twice at once', async () => {
    const transport = new TcpSocketTransport();
    await transport.close();
    await bound(transport);
    await Promise.all([transport.close(), transport.close()]);
    await transport.close();
    expect(transport.endpoint).toBeUndefined();
  });

  it('close ends a dial that is under way, with an error for whoever waits for it', async () => {
    const transport = new TcpSocketTransport({ lookup: () => undefined });
    const dialling = lastValueFrom(transport.connect('slow.example:80'));
    await transport.close();
    await expect(dialling).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });

  it('refuses an endpoint that is not its own, and one that is none', async () => {
    const transport = new TcpSocketTransport();
    await expect(opened(transport, 'unix:/run/app.sock')).rejects.toMatchObject({
      code: 'ERR_INVALID_ENDPOINT',
      message: expect.stringContaining('UnixSocketTransport') as string,
    });
    await expect(opened(transport, 'localhost')).rejects.toMatchObject({ code: 'ERR_INVALID_ENDPOINT' });
  });

  it('uses its options for all that it makes, and lets a call override them', async () => {
    const transport = new TcpSocketTransport({ connectTimeout: -1 });
    await expect(opened(transport, '127.0.0.1:1')).rejects.toMatchObject({ code: 'ERR_INVALID_OPTION' });
    await expect(
      lastValueFrom(transport.connect('127.0.0.1:1', { connectTimeout: 1000 })),
    ).rejects.toMatchObject({
      code: 'ERR_CONNECTION_REFUSED',
    });
    await expect(lastValueFrom(transport.bind({ gracePeriod: -1 }))).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTION',
    });
    await expect(lastValueFrom(transport.listen({ backlog: -1 }))).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTION',
    });
  });

  it('is a Transport, as its sibling is', () => {
    expectTypeOf(TcpSocketTransport).instance.toExtend<Transport>();
    expectTypeOf(UnixSocketTransport).instance.toExtend<Transport>();
    expect.assertions(0);
  });

  it('serves whoever only takes a Transport', async () => {
    const ask = async (transport: Transport): Promise<string> => {
      record(transport.listen().pipe(serve(({ received }) => received)));
      while (transport.endpoint === undefined) await settled();
      const answer = transport.connect(transport.endpoint).pipe(
        switchMap((connection) => merge(connection.received, connection.send(['ping']))),
        tap(() => void transport.close()),
      );
      return String(await lastValueFrom(answer));
    };
    expect(await ask(new TcpSocketTransport({ closeTimeout: 100 }))).toBe('ping');
    expect(await ask(new UnixSocketTransport({ closeTimeout: 100 }))).toBe('ping');
  });
});
