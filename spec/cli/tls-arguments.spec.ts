import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectCommand } from '../../src/cli/connect.ts';
import { listenCommand } from '../../src/cli/listen.ts';
import { clientTls, serverTls } from '../../src/cli/tls-arguments.ts';
import { certificates } from '../certificates.ts';
import { start, text } from './in-process.ts';

const bytes = Buffer.from('anything');

describe('the options of TLS', () => {
  it('are for TLS, which the scheme of the endpoint asks for, or --tls', () => {
    expect(clientTls('a:1', {})).toBeUndefined();
    expect(clientTls('a:1', { tls: true })).toBeDefined();
    expect(clientTls('tls://a:1', {})).toBeDefined();
    expect(() => clientTls('a:1', { insecure: true })).toThrow('--insecure is for TLS: write --tls as well');
    expect(() => serverTls('a:1', { key: bytes })).toThrow('--key is for TLS: write --tls as well');
  });

  it('verify the server, unless --insecure says otherwise', () => {
    expect(clientTls('tls://a:1', {})).toMatchObject({ rejectUnauthorized: true });
    expect(clientTls('tls://a:1', { insecure: true })).toMatchObject({ rejectUnauthorized: false });
  });

  it('ask a client for its certificate when there is an authority for it', () => {
    const identity = { cert: bytes, key: bytes };
    expect(serverTls('tls://a:1', identity)).toMatchObject({ requestCert: false });
    expect(serverTls('tls://a:1', { ...identity, ca: bytes })).toMatchObject({ requestCert: true });
  });
});

describe('listen and connect with TLS', () => {
  let directory = '';
  const path = (name: string): string => join(directory, name);

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'rxjs-net-'));
    const { ca, server, client } = await certificates();
    const files = {
      ...{ 'ca.pem': ca, 'server.pem': server.cert, 'server.key': server.key },
      ...{ 'client.pem': client.cert, 'client.key': client.key },
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(path(name), content);
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  const serverArguments = (): readonly string[] => [
    ...['127.0.0.1:0', '--tls', '--cert', path('server.pem'), '--key', path('server.key')],
  ];

  it.each([
    ['an authority that it knows', (): readonly string[] => ['--ca', path('ca.pem')]],
    ['no authority and --insecure', (): readonly string[] => ['--insecure']],
    [
      'an authority, and the name of the certificate',
      (): readonly string[] => ['--ca', path('ca.pem'), '--servername', 'localhost'],
    ],
  ])('talk when the client has %s', async (_, args) => {
    const server = start(listenCommand, serverArguments());
    const endpoint = `tls://127.0.0.1:${await server.port()}`;
    const client = start(connectCommand, [endpoint, ...args()]);
    client.stdin.end('question');
    expect(await text(server.stdout, 8)).toBe('question');
    server.stdin.end('answer');
    expect(await text(client.stdout, 6)).toBe('answer');
    expect(await client.ended).toBe('done');
    expect(await server.ended).toBe('done');
  });

  it.each([
    ['ERR_CERTIFICATE_UNTRUSTED', (): readonly string[] => []],
    [
      'ERR_CERTIFICATE_HOST',
      (): readonly string[] => ['--ca', path('ca.pem'), '--servername', 'elsewhere.example'],
    ],
  ])(
    'fail with %s for a certificate that is not right, and the server waits for another',
    async (code, args) => {
      const server = start(listenCommand, serverArguments());
      const endpoint = `tls://127.0.0.1:${await server.port()}`;
      expect(await start(connectCommand, [endpoint, ...args()]).ended).toMatchObject({ code });
      await server.line(/^refused (?:tls:\/\/)?127\.0\.0\.1:\d+: handshake /);
      const client = start(connectCommand, [endpoint, '--ca', path('ca.pem')]);
      client.stdin.end('another');
      expect(await text(server.stdout, 7)).toBe('another');
    },
  );

  it('let in who has a certificate of the authority, and nobody else', async () => {
    const server = start(listenCommand, [...serverArguments(), '--ca', path('ca.pem')]);
    const args = [`tls://127.0.0.1:${await server.port()}`, '--ca', path('ca.pem')];
    expect(await start(connectCommand, args).ended).toMatchObject({ code: 'ERR_CERTIFICATE_REQUIRED' });
    const identity = ['--cert', path('client.pem'), '--key', path('client.key')];
    const client = start(connectCommand, [...args, ...identity]);
    client.stdin.end('it is me');
    expect(await text(server.stdout, 8)).toBe('it is me');
  });
});
