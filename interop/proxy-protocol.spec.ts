import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createConnection, type AddressInfo, type NetConnectOpts, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { from, lastValueFrom, map, reduce } from 'rxjs';
import type { BindOptions } from '../src/index.ts';
import { formatProxyHeader } from '../src/proxy-protocol/format-proxy-header.ts';
import { parseProxyHeader } from '../src/proxy-protocol/parse-proxy-header.ts';
import type { CompleteHeader } from '../src/proxy-protocol/parsed-proxy-header.ts';
import type { ProxyHeader } from '../src/proxy-protocol/proxy-header.ts';
import type { ProxyHeaderOptions } from '../src/proxy-protocol/proxy-header-options.ts';
import { atTestEnd } from './at-test-end.ts';
import { makeCertificate } from './certificate.ts';
import { HAPROXY, OPENSSL, requireProgram } from './foreign-process.ts';
import { freePort } from './free-port.ts';
import { freshDirectory } from './fresh-directory.ts';
import { startHeaderSink, type HeaderSink } from './header-sink.ts';
import { startOurServer } from './our-server.ts';
import { runHaproxy } from './running-haproxy.ts';
import { within } from './within.ts';

requireProgram(HAPROXY);
requireProgram(OPENSSL);

const PAYLOAD = 'hello, said the client';

/** What HAProxy has sent, parsed; and the same when it comes byte by byte, with nothing taken of what is behind. */
function received(bytes: Buffer): ProxyHeader {
  const result = parseProxyHeader(bytes) as CompleteHeader;
  expect(result.kind).toBe('header');
  let read = 0;
  for (let part = parseProxyHeader(bytes.subarray(0, 0)); part.kind === 'incomplete';) {
    read = part.needs;
    part = parseProxyHeader(bytes.subarray(0, read));
  }
  expect(read).toBe(result.length);
  return result.header;
}

function payloadOf(bytes: Buffer): string {
  return bytes.toString('latin1', (parseProxyHeader(bytes) as CompleteHeader).length);
}

/** Dials with Node, says the payload and FIN, and tells the address that it had. */
async function say(options: NetConnectOpts): Promise<string> {
  const socket = createConnection(options);
  atTestEnd(() => socket.destroy());
  await within('a connection to HAProxy', once(socket, 'connect'));
  const { address, port, family } = socket.address() as AddressInfo;
  socket.end(PAYLOAD);
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
}

async function sayOverTls(options: ConnectionOptions): Promise<string> {
  const socket = connectTls({ ...options, rejectUnauthorized: false });
  atTestEnd(() => socket.destroy());
  await within('a TLS connection to HAProxy', once(socket, 'secureConnect'));
  const { address, port } = socket.address() as AddressInfo;
  socket.end(PAYLOAD);
  return `${address}:${port}`;
}

interface Relay {
  readonly sink: HeaderSink;
  readonly port: number;
}

/** A HAProxy that listens, and sends a header to a sink. */
async function startRelay(
  bindOptions: string,
  serverOptions: string,
  lines = '',
  host = '127.0.0.1',
): Promise<Relay> {
  const [sink, port] = [await startHeaderSink(), await freePort(host)];
  await runHaproxy(
    freshDirectory(),
    `listen relay\n  bind ${host}:${port} ${bindOptions}\n  ${lines}\n  server sink 127.0.0.1:${sink.port} ${serverOptions}`,
  );
  return { sink, port };
}

describe('what HAProxy sends', () => {
  it.each([
    ['send-proxy', 1, '127.0.0.1'],
    ['send-proxy', 1, '::1'],
    ['send-proxy-v2', 2, '127.0.0.1'],
    ['send-proxy-v2', 2, '::1'],
  ])('with %s is understood, version %i, for a client at %s', async (option, version, host) => {
    const { sink, port } = await startRelay('', option, '', host);

    const client = await say({ host, port });

    const bytes = await sink.bytes();
    const destination = host === '::1' ? `[::1]:${port}` : `127.0.0.1:${port}`;
    expect(received(bytes)).toMatchObject({ version, command: 'proxy', source: client, destination });
    expect(received(bytes).tlvs.size).toBe(0);
    expect(payloadOf(bytes)).toBe(PAYLOAD);
  });

  it.each([
    ['send-proxy', 1, 'proxy'],
    ['send-proxy-v2', 2, 'local'],
  ])(
    'with %s is understood, version %i, %s, for a client at a Unix socket',
    async (option, version, command) => {
      const [sink, directory] = [await startHeaderSink(), freshDirectory()];
      const path = join(directory, 'relay');
      const server = `server sink 127.0.0.1:${sink.port} ${option}`;
      await runHaproxy(directory, `listen relay\n  bind unix@${path}\n  ${server}`);

      const socket = createConnection({ path });
      atTestEnd(() => socket.destroy());
      socket.end(PAYLOAD);

      const bytes = await sink.bytes();
      expect(received(bytes)).toMatchObject({ version, command, source: undefined });
      expect(payloadOf(bytes)).toBe(PAYLOAD);
    },
  );

  it('with unique-id and crc32c is understood, and our checksum is the same', async () => {
    const options = 'send-proxy-v2 proxy-v2-options unique-id,crc32c';
    const { sink, port } = await startRelay('', options, 'unique-id-format id-%cp-%fp');

    const client = await say({ host: '127.0.0.1', port });

    const header = received(await sink.bytes());
    expect(header.uniqueId?.toString()).toBe(`id-${client.slice('127.0.0.1:'.length)}-${port}`);
    expect(header.tlvs.get(3)).toHaveLength(4);
  });

  it('is refused when one bit of it has changed under its checksum', async () => {
    const { sink, port } = await startRelay('', 'send-proxy-v2 proxy-v2-options crc32c');
    await say({ host: '127.0.0.1', port });
    const bytes = await sink.bytes();
    bytes.writeUInt8(bytes.readUInt8(16) ^ 1, 16);
    expect(parseProxyHeader(bytes)).toEqual({ kind: 'invalid', detail: 'its checksum is wrong' });
  });

  it('for a health check is LOCAL', async () => {
    const { sink } = await startRelay('', 'send-proxy-v2 check inter 100ms');
    expect(received(await sink.bytes())).toMatchObject({ version: 2, command: 'local', source: undefined });
  });

  it('with send-proxy-v2-ssl tells of TLS, and of no certificate', async () => {
    const certificate = makeCertificate(freshDirectory(), 'proxy.example');
    const { sink, port } = await startRelay(`ssl crt ${certificate} alpn h2,http/1.1`, 'send-proxy-v2-ssl');

    const client = await sayOverTls({
      host: '127.0.0.1',
      port,
      ALPNProtocols: ['http/1.1'],
      minVersion: 'TLSv1.3',
    });

    const bytes = await sink.bytes();
    const header = received(bytes);
    expect(header).toMatchObject({ source: client, destination: `127.0.0.1:${port}`, alpn: 'http/1.1' });
    // The trap of ProxySsl: it was not verified, for there was none.
    expect(header.ssl).toMatchObject({
      tls: true,
      certificateOnConnection: false,
      certificateInSession: false,
      verify: 0,
      version: 'TLSv1.3',
    });
    expect(payloadOf(bytes)).toBe(PAYLOAD);
  });

  it('with send-proxy-v2-ssl-cn and every other option tells all of it', async () => {
    const directory = freshDirectory();
    const [theirs, ours] = [
      makeCertificate(directory, 'proxy.example'),
      makeCertificate(directory, 'client.example'),
    ];
    const options =
      'send-proxy-v2-ssl-cn proxy-v2-options authority,crc32c,unique-id,ssl-cipher,cert-sig,cert-key';
    const bind = `ssl crt ${theirs} ca-file ${ours}.crt verify required`;
    const { sink, port } = await startRelay(bind, options, 'unique-id-format %cp');

    const pem = readFileSync(ours);
    const client = await sayOverTls({
      host: '127.0.0.1',
      port,
      servername: 'app.example',
      cert: pem,
      key: pem,
    });

    const bytes = await sink.bytes();
    expect(received(bytes)).toMatchObject({
      source: client,
      authority: 'app.example',
      uniqueId: Buffer.from(client.slice('127.0.0.1:'.length)),
      ssl: {
        tls: true,
        certificateOnConnection: true,
        certificateInSession: true,
        verify: 0,
        version: 'TLSv1.3',
        commonName: 'client.example',
        cipher: expect.stringMatching(/^TLS_/u),
        signatureAlgorithm: 'RSA-SHA256',
        keyAlgorithm: 'RSA2048',
      },
    });
    expect(payloadOf(bytes)).toBe(PAYLOAD);
  });
});

const REQUEST = 'GET / HTTP/1.0\r\n\r\n';
// What HAProxy takes for the addresses, and two of the TLVs.
const ECHO = '%[src] %[src_port] %[dst] %[dst_port] [%[fc_pp_authority]] [%[fc_pp_unique_id]]';

/** A HAProxy that expects a header, and answers a request with what it understood of it. */
async function startEcho(): Promise<number> {
  const port = await freePort('127.0.0.1');
  const answer = `http-request return status 200 content-type text/plain lf-string "${ECHO}"`;
  await runHaproxy(
    freshDirectory(),
    `frontend echo\n  mode http\n  bind 127.0.0.1:${port} accept-proxy\n  ${answer}`,
  );
  return port;
}

/** What HAProxy answers to these bytes, and the local port; nothing when it closes. */
async function answerTo(port: number, bytes: Buffer): Promise<{ body: string; from: number }> {
  const socket: Socket = createConnection({ host: '127.0.0.1', port });
  atTestEnd(() => socket.destroy());
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  // It may reset what it refuses.
  socket.on('error', () => undefined);
  await within('a connection to HAProxy', once(socket, 'connect'));
  const from = socket.localPort ?? 0;
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.write(Buffer.concat([bytes, Buffer.from(REQUEST)]));
  await within('the answer of HAProxy', closed);
  return { body: Buffer.concat(chunks).toString().split('\r\n\r\n')[1] ?? '', from };
}

const ipv4 = { source: '192.0.2.1:56324', destination: '198.51.100.1:443' };
const ipv6 = { source: '[2001:db8::1]:1', destination: '[2001:db8::2]:65535' };
const IPV4_SEEN = '192.0.2.1 56324 198.51.100.1 443';
const IPV6_SEEN = '2001:db8::1 1 2001:db8::2 65535';
const everything: ProxyHeaderOptions = {
  alpn: 'h2',
  authority: 'app.example',
  uniqueId: Buffer.from('id-1'),
  netns: 'blue',
  ssl: {
    tls: true,
    certificateOnConnection: true,
    certificateInSession: true,
    verify: 0,
    version: 'TLSv1.3',
    commonName: 'client.example',
    cipher: 'TLS_AES_256_GCM_SHA384',
  },
  tlvs: new Map([[0xe0, Buffer.from('ours')]]),
};

describe('what we write', () => {
  it('is understood by HAProxy', async () => {
    const port = await startEcho();
    const seen = async (options: ProxyHeaderOptions): Promise<string> =>
      (await answerTo(port, formatProxyHeader(options))).body;

    expect(await seen({ ...ipv4, version: 1 })).toBe(`${IPV4_SEEN} [] []`);
    expect(await seen({ ...ipv6, version: 1 })).toBe(`${IPV6_SEEN} [] []`);
    expect(await seen({ ...ipv4, destination: ipv6.destination, version: 1 })).toBe(
      '::ffff:192.0.2.1 56324 2001:db8::2 65535 [] []',
    );
    expect(await seen(ipv4)).toBe(`${IPV4_SEEN} [] []`);
    expect(await seen(ipv6)).toBe(`${IPV6_SEEN} [] []`);
    expect(await seen({ ...ipv4, ...everything })).toBe(`${IPV4_SEEN} [app.example] [id-1]`);
    expect(await seen({ ...ipv6, ...everything, checksum: true })).toBe(`${IPV6_SEEN} [app.example] [id-1]`);
  });

  it.each<[string, ProxyHeaderOptions]>([
    ['nobody, LOCAL', {}],
    ['nobody, UNKNOWN', { version: 1 }],
    ['Unix sockets, UNKNOWN', { version: 1, source: 'unix:/a', destination: 'unix:/b' }],
  ])('for %s makes HAProxy take the real addresses', async (_name, options) => {
    const port = await startEcho();
    const { body, from } = await answerTo(port, formatProxyHeader(options));
    expect(body).toBe(`127.0.0.1 ${from} 127.0.0.1 ${port} [] []`);
  });

  // "The receiver is free to accept the connection anyway […] or to reject it" (proxy-protocol.txt, 2.2).
  it.each<[string, ProxyHeaderOptions]>([
    ['an unspecified family', { command: 'proxy' }],
    ['Unix sockets', { source: 'unix:/a', destination: 'unix:/b' }],
  ])('for %s in version 2 is more than HAProxy takes', async (_name, options) => {
    const port = await startEcho();
    expect(parseProxyHeader(formatProxyHeader(options)).kind).toBe('header');
    expect((await answerTo(port, formatProxyHeader(options))).body).toBe('');
  });

  it('is passed on by HAProxy to a server that we understand in turn', async () => {
    const { sink, port } = await startRelay('accept-proxy', 'send-proxy-v2 proxy-v2-options crc32c');
    const socket = createConnection({ host: '127.0.0.1', port });
    atTestEnd(() => socket.destroy());
    socket.end(Buffer.concat([formatProxyHeader({ ...ipv6, version: 1 }), Buffer.from(REQUEST)]));
    const bytes = await sink.bytes();
    expect(received(bytes)).toMatchObject({ version: 2, ...ipv6 });
    expect(payloadOf(bytes)).toBe(REQUEST);
  });
});

describe('what is no header', () => {
  it('is refused by HAProxy as well', async () => {
    const port = await startEcho();
    const valid = formatProxyHeader({ ...ipv4, authority: 'a', checksum: true });
    const changed = (at: number, value: number): Buffer => {
      const bytes = Buffer.from(valid);
      bytes.writeUInt8(value, at);
      return bytes;
    };
    const lines = ['PROXY TCP4 ::1 ::1 1 1', 'PROXY TCP5 1.1.1.1 1.1.1.1 1 1', 'PROXY TCP4 1.1.1.1', 'HELLO'];
    const refused = [
      ...lines.map((line) => Buffer.from(`${line}\r\n`)),
      changed(0, 0x0a),
      changed(12, 0x31),
      changed(12, 0x22),
      changed(15, 4),
      changed(16, 1),
      changed(valid.length - 1, valid.readUInt8(valid.length - 1) ^ 1),
    ];
    for (const bytes of refused) {
      expect([bytes, parseProxyHeader(bytes).kind]).toEqual([bytes, 'invalid']);
      // It says 400 or nothing, and never that it understood an address.
      expect((await answerTo(port, bytes)).body).not.toMatch(/\[\]|\[a\]/u);
    }
    expect((await answerTo(port, valid)).body).toBe(`${IPV4_SEEN} [a] []`);
  });

  it('is refused where HAProxy makes something else of it', async () => {
    const port = await startEcho();
    const taken = async (line: string): Promise<string> => {
      expect(parseProxyHeader(Buffer.from(`${line}\r\n`)).kind).toBe('invalid');
      return (await answerTo(port, Buffer.from(`${line}\r\n`))).body;
    };
    expect(await taken('PROXY TCP4 1.1.1.1 2.2.2.2 70000 7')).toBe('1.1.1.1 4464 2.2.2.2 7 [] []');
    expect(await taken('PROXY TCP4 1.1.1.256 2.2.2.2 1 7')).toBe('1.1.2.0 1 2.2.2.2 7 [] []');
    expect(await taken('PROXY TCP4 1.1.1 2.2.2.2 1 7')).toBe('1.1.1.0 1 2.2.2.2 7 [] []');
    expect(await taken('PROXY TCP4 1.1.1.1 2.2.2.2 1 07')).toBe('1.1.1.1 1 2.2.2.2 7 [] []');
    expect(await taken('PROXY TCP4 01.1.1.1 2.2.2.2 1 7')).toBe('1.1.1.1 1 2.2.2.2 7 [] []');
  });
});

/** All that comes up to the end. */
function answerOf(socket: Socket): Promise<Buffer> {
  return lastValueFrom(
    from(socket as AsyncIterable<Buffer>).pipe(
      reduce((all, chunk) => Buffer.concat([all, chunk]), Buffer.alloc(0)),
    ),
  );
}

describe('a listener of ours behind HAProxy', () => {
  const PROXIES: BindOptions = { proxyProtocol: { trusted: ['127.0.0.0/8'] } };

  /** A HAProxy in front of a server of ours, which answers with the client that it was told of, and what that has said. */
  async function startBehind(serverOptions: string, options: BindOptions = {}): Promise<number> {
    const told = await startOurServer(
      '127.0.0.1:0',
      ({ remote, received, proxied }) =>
        received.pipe(
          reduce((all, chunk) => all + chunk.toString(), ''),
          map((said) => `${remote} (${String(proxied?.version)}) ${said}`),
        ),
      { ...PROXIES, ...options },
    );
    const port = await freePort('127.0.0.1');
    const address = told.endpoint.replace('tls://', '');
    await runHaproxy(
      freshDirectory(),
      `listen front\n  bind 127.0.0.1:${port}\n  server ours ${address} ${serverOptions}`,
    );
    return port;
  }

  const secured = (): BindOptions => {
    const pem = readFileSync(makeCertificate(freshDirectory(), 'ours.example'));
    return { tls: { secureContext: { cert: pem, key: pem } } };
  };

  it.each<[string, string, () => BindOptions, string]>([
    ['version 1', 'send-proxy', () => ({}), '(1)'],
    ['version 2', 'send-proxy-v2', () => ({}), '(2)'],
    ['version 1 in front of TLS', 'send-proxy ssl verify none', secured, '(1)'],
    ['version 2 in front of TLS', 'send-proxy-v2 ssl verify none', secured, '(2)'],
    ['version 2 with a checksum', 'send-proxy-v2 proxy-v2-options crc32c', () => ({}), '(2)'],
  ])('knows the client by %s', async (_, serverOptions, options, version) => {
    const port = await startBehind(serverOptions, options());
    const socket = createConnection({ host: '127.0.0.1', port, allowHalfOpen: true });
    atTestEnd(() => socket.destroy());
    await within('a connection to HAProxy', once(socket, 'connect'));
    const { port: own } = socket.address() as AddressInfo;
    socket.end(PAYLOAD);
    const answer = await within('the answer', answerOf(socket));
    expect(answer.toString().replace('tls://', '')).toBe(`127.0.0.1:${own} ${version} ${PAYLOAD}`);
  });
});
