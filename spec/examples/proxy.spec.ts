import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { afterThisSpec } from '../cleanup.ts';
import { dial, listenTo, type Peer } from './peer.ts';
import { run, within, type Program } from './program.ts';

/** What the proxy stands in front of. */
interface Upstream {
  readonly port: number;
  /** The connection that the proxy makes next. */
  accept(): Promise<Peer>;
  close(): void;
}

async function listenOn(port: number): Promise<Upstream> {
  const server = createServer({ allowHalfOpen: true }).listen(port, '127.0.0.1');
  afterThisSpec(() => server.close());
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    accept: async () => {
      const [socket] = (await within(once(server, 'connection'), () => 'the proxy does not dial')) as [
        Socket,
      ];
      return listenTo(socket);
    },
    close: () => {
      server.close();
    },
  };
}

const proxyTo = (port: number): Program => run('examples/proxy.ts', '127.0.0.1:0', `127.0.0.1:${port}`);

interface Conversation {
  readonly client: Peer;
  readonly server: Peer;
}

/** A new proxy, and conversations through it, seen from both ends. */
async function proxied(): Promise<{ proxy: Program; converse: () => Promise<Conversation> }> {
  const upstream = await listenOn(0);
  const proxy = proxyTo(upstream.port);
  const port = await proxy.port();
  const converse = async (): Promise<Conversation> => {
    const [client, server] = await Promise.all([dial(port), upstream.accept()]);
    return { client, server };
  };
  return { proxy, converse };
}

describe('examples/proxy.ts', () => {
  it('carries 8 MiB there and back without changing a byte', async () => {
    const echo = run('examples/echo.ts', '127.0.0.1:0');
    const proxy = proxyTo(await echo.port());
    const bytes = randomBytes(8 * 1024 * 1024);
    const client = connect({ port: await proxy.port(), host: '127.0.0.1', allowHalfOpen: true });
    afterThisSpec(() => client.destroy());
    client.end(bytes);
    const back = createHash('sha256');
    client.on('data', (chunk) => back.update(chunk));
    await within(once(client, 'end'), () => 'the echo does not end');
    expect(back.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('passes the FIN of the client on, and what the server says after it', async () => {
    const { converse } = await proxied();
    const { client, server } = await converse();
    client.socket.end('a question');
    expect(await server.ended).toBe('FIN');
    expect(server.heard).toBe('a question');
    server.socket.write('an ans');
    await client.hears('an ans');
    server.socket.end('wer');
    expect(await client.ended).toBe('FIN');
    expect(client.heard).toBe('an answer');
  });

  it('passes the FIN of the server on, and what the client says after it', async () => {
    const { converse } = await proxied();
    const { client, server } = await converse();
    server.socket.end('no more from here');
    expect(await client.ended).toBe('FIN');
    expect(client.heard).toBe('no more from here');
    client.socket.write('but from ');
    await server.hears('but from ');
    client.socket.end('here');
    expect(await server.ended).toBe('FIN');
    expect(server.heard).toBe('but from here');
  });

  it('passes a reset on, either way, so that nothing that was cut short looks whole', async () => {
    const { converse } = await proxied();
    const first = await converse();
    first.client.socket.resetAndDestroy();
    expect(await first.server.ended).toBe('RST');
    const second = await converse();
    second.server.socket.resetAndDestroy();
    expect(await second.client.ended).toBe('RST');
  });

  it('reads from the client no faster than the server takes it, while the other way goes on', async () => {
    const { converse } = await proxied();
    const { client, server } = await converse();
    const chunk = Buffer.alloc(64 * 1024, '.');
    let taken = 0;
    const source = function* (): Generator<Buffer> {
      for (; taken < 1024; taken += 1) yield chunk;
    };
    server.socket.pause();
    Readable.from(source()).pipe(client.socket);
    // Each round goes through the proxy, which would have read another chunk of the client by then if it were reading.
    for (let still = 0, round = 0, before = -1; still < 100; round += 1) {
      server.socket.write(`tick ${round}\n`);
      await client.hears(`tick ${round}\n`);
      still = taken === before ? still + 1 : 0;
      before = taken;
    }
    expect(taken).toBeLessThan(512);
    server.socket.resume();
    expect(await server.ended).toBe('FIN');
    expect(taken).toBe(1024);
  });

  it('resets a client whose server refuses, and serves the others, and the next one', async () => {
    const upstream = await listenOn(0);
    const proxy = proxyTo(upstream.port);
    const port = await proxy.port();
    const [old, oldServer] = await Promise.all([dial(port), upstream.accept()]);
    upstream.close();

    const refused = await dial(port);
    expect(await refused.ended).toBe('RST');
    await proxy.line(/ERR_CONNECTION_REFUSED/);

    old.socket.write('still here');
    await oldServer.hears('still here');
    const again = await listenOn(upstream.port);
    const [next, nextServer] = await Promise.all([dial(port), again.accept()]);
    next.socket.write('here as well');
    await nextServer.hears('here as well');
  });

  it('exits with code 0 at SIGTERM, once the conversations are over', async () => {
    const { proxy, converse } = await proxied();
    const { client, server } = await converse();
    proxy.kill('SIGTERM');
    client.socket.end('last words');
    expect(await server.ended).toBe('FIN');
    server.socket.end('amen');
    expect(await client.ended).toBe('FIN');
    expect([server.heard, client.heard]).toEqual(['last words', 'amen']);
    expect(await proxy.ended).toEqual({ code: 0, signal: null });
  });
});
