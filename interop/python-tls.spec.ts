import { concat, defer, EMPTY, map, merge, NEVER, switchMap } from 'rxjs';
import { connect, type ConnectOptions, type TlsOptions } from '../src/index.ts';
import { certificates, type Certificates } from '../spec/certificates.ts';
import { failureOf } from './failure-of.ts';
import { PYTHON, requireProgram, startPython, type ForeignProcess } from './foreign-process.ts';
import { authorityFile, identityFiles } from './identity-files.ts';
import { exchange } from './our-client.ts';
import { digestAfterFin, startOurServer, type OurServer } from './our-server.ts';
import { MIB, payload, sha256 } from './payload.ts';

requireProgram(PYTHON);

let ours: Certificates;
beforeAll(async () => {
  ours = await certificates();
});

const versions = ['TLSv1_2', 'TLSv1_3'] as const;

const startTls = (handler: Parameters<typeof startOurServer>[1], more: TlsOptions = {}): Promise<OurServer> =>
  startOurServer('tls://127.0.0.1:0', handler, {
    tls: { secureContext: { ...ours.server, ca: ours.ca }, ...more },
  });

/** A client of Python's ssl, which trusts our authority. */
function startClient({ endpoint }: Pick<OurServer, 'endpoint'>, options: object): ForeignProcess {
  const all = { ca: authorityFile(ours.ca), ...options };
  return startPython('tls_client.py', endpoint.replace('tls://', ''), JSON.stringify(all));
}

async function startServer(options: object): Promise<{ python: ForeignProcess; endpoint: string }> {
  const python = startPython('tls_server.py', JSON.stringify({ ...identityFiles(ours.server), ...options }));
  const [, endpoint = ''] = await python.report(/^listening on (.+)$/u);
  // The name that the certificate has.
  return { python, endpoint: `tls://${endpoint.replace('127.0.0.1', 'localhost')}` };
}

const trusting = (more: TlsOptions = {}): ConnectOptions => ({
  tls: { secureContext: { ca: ours.ca }, ...more },
});

describe.each(versions)("a client of Python's ssl, with %s", (version) => {
  it.each(['close_notify', 'fin'])(
    'half-closes by %s, and then reads the answer that we computed after it',
    async (manner) => {
      const request = payload(2 * MIB);
      const server = await startTls(digestAfterFin);
      const client = startClient(server, { version, manner }).input(request);
      await client.report(/^clean end$/u);
      const { code, output } = await client.exit();
      expect({ code, output: output.toString() }).toEqual({ code: 0, output: sha256(request) });
      const { summary, error } = await server.outcome();
      expect([error, summary.bytesRead, summary.bytesDiscarded]).toEqual([undefined, request.length, 0]);
    },
  );

  it('closes both ways and waits for us, and we end cleanly', async () => {
    const server = await startTls(({ received }) => concat(received.pipe(map(() => 'ok')), EMPTY));
    const client = startClient(server, { version, manner: 'unwrap' }).input('');
    await client.report(/^unwrapped$/u);
    expect((await server.outcome()).error).toBeUndefined();
  });

  it('resets, and the error says so', async () => {
    const server = await startTls(({ received }) => merge(received.pipe(map(() => 'x')), NEVER));
    const client = startClient(server, { version, manner: 'reset' }).input('hello');
    await client.report(/^reset$/u);
    expect((await server.outcome()).error).toMatchObject({ code: 'ERR_CONNECTION_RESET' });
  });

  it('shows its certificate, and is known by it (mTLS)', async () => {
    const server = await startTls(({ tls }) => [String(tls?.peerCertificate?.subject.CN)], {
      requestCert: true,
    });
    const options = { version, manner: 'read', ...identityFiles(ours.client) };
    const client = startClient(server, options).input('');
    await client.report(/^clean end$/u);
    const { output } = await client.exit();
    expect(output.toString()).toBe('a client');
  });
});

describe.each(versions)("a server of Python's ssl, with %s", (version) => {
  it('answers what it computed after our FIN', async () => {
    const request = payload(2 * MIB);
    const { python, endpoint } = await startServer({ version, manner: 'digest' });
    const answer = await exchange(endpoint, [request], { ...trusting(), allowHalfOpen: true });
    expect(answer.toString()).toBe(sha256(request));
    await python.report(/^done$/u);
  });

  it.each(['close_notify', 'fin'])('that ends first by %s is a clean end for us', async (manner) => {
    const { python, endpoint } = await startServer({ version, manner });
    expect((await exchange(endpoint, [], trusting())).toString()).toBe('hello');
    await python.report(/^read 0$/u);
  });

  it('that resets is an error', async () => {
    const { endpoint } = await startServer({ version, manner: 'reset' });
    const failure = await failureOf(
      connect(endpoint, trusting()).pipe(
        switchMap((connection) => merge(connection.send(concat(['x'], NEVER)), connection.received)),
      ),
    );
    expect(failure.code).toBe('ERR_CONNECTION_RESET');
  });

  it('agrees on a protocol and a name', async () => {
    const { python, endpoint } = await startServer({ version, manner: 'digest', alpn: ['rpc/2', 'rpc/1'] });
    const answer = exchange(
      endpoint,
      defer(() => EMPTY),
      trusting({ alpnProtocols: ['rpc/1'] }),
    );
    const [, protocol] = await python.report(/^secured \S+ (\S+) localhost$/u);
    expect(protocol).toBe('rpc/1');
    await answer.catch(() => undefined);
  });
});

it('a plain Python server is not TLS, and the error says so', async () => {
  const { endpoint } = await startServer({ manner: 'plain' });
  expect(await failureOf(connect(endpoint, trusting()))).toMatchObject({
    code: 'ERR_NOT_TLS',
    phase: 'handshake',
  });
});
