import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  catchError,
  concat,
  defaultIfEmpty,
  EMPTY,
  first,
  ignoreElements,
  interval,
  map,
  merge,
  NEVER,
  of,
  ReplaySubject,
  retry,
  Subject,
  switchMap,
  tap,
  throwError,
  timer,
  type Observable,
  type Subscription,
} from 'rxjs';
import { bind, connect, TransportError, type ConnectOptions, type TlsOptions } from '../src/index.ts';
import { certificates, type Certificates } from '../spec/certificates.ts';
import { atTestEnd } from './at-test-end.ts';
import { failureOf } from './failure-of.ts';
import {
  NETCAT,
  OPENSSL,
  requireProgram,
  startNetcat,
  startOpenssl,
  type ForeignProcess,
} from './foreign-process.ts';
import { freePort } from './free-port.ts';
import { freshDirectory } from './fresh-directory.ts';
import { authorityFile, identityFiles } from './identity-files.ts';
import { conversation, inPieces, sendAndEnd } from './our-client.ts';
import { digestAfterFin, startOurServer, type OurServer } from './our-server.ts';
import { MIB, payload, sha256 } from './payload.ts';
import { within } from './within.ts';

requireProgram(OPENSSL);
requireProgram(NETCAT);

let ours: Certificates;
let strange: Certificates;
beforeAll(async () => {
  [ours, strange] = await Promise.all([certificates(), certificates()]);
});

type Handler = Parameters<typeof startOurServer>[1];

const startTls = (handler: Handler, tls: TlsOptions = {}): Promise<OurServer> =>
  startOurServer('tls://127.0.0.1:0', handler, {
    tls: { secureContext: { ...ours.server, ca: ours.ca }, ...tls },
  });

/** s_client, which trusts our authority, and says nothing of its own on stdout. */
function startClient({ endpoint }: Pick<OurServer, 'endpoint'>, ...args: readonly string[]): ForeignProcess {
  const connection = ['-connect', endpoint.replace('tls://', ''), '-servername', 'localhost'];
  const trust = ['-CAfile', authorityFile(ours.ca), '-verify_return_error'];
  return startOpenssl(['s_client', '-brief', ...connection, ...trust, ...args]);
}

const versions = [
  { version: 'TLSv1.2', flag: '-tls1_2' },
  { version: 'TLSv1.3', flag: '-tls1_3' },
];

describe.each(versions)('s_client, with $version', ({ version, flag }) => {
  it('is answered, and its end is a clean one', async () => {
    const server = await startTls(({ received }) =>
      received.pipe(map((chunk) => `you said ${chunk.toString()}`)),
    );

    const client = startClient(server, flag).say('hello');
    await client.report(new RegExp(`^Protocol version: ${version}$`, 'u'));
    await client.report(/^Verification: OK$/u);
    await client.printed(/^you said hello\n/u);
    client.input();

    expect(await client.exit()).toMatchObject({ code: 0 });
    const { error, connection } = await server.outcome();
    expect([error, connection.tls?.protocol, connection.tls?.servername]).toEqual([
      undefined,
      version,
      'localhost',
    ]);
  });

  it('uploads 64 MiB, and its end comes after the last byte', async () => {
    const data = payload(64 * MIB);
    const digests: string[] = [];
    const server = await startTls((connection) =>
      digestAfterFin(connection).pipe(tap((digest) => digests.push(digest))),
    );

    const client = startClient(server, flag, '-nocommands').input(data);

    expect(await client.exit(30_000)).toMatchObject({ code: 0 });
    const { summary, error } = await server.outcome();
    expect([digests, error?.code]).toEqual([[sha256(data)], undefined]);
    expect(summary).toMatchObject({ bytesRead: data.length, bytesDiscarded: 0 });
  });

  it('downloads 64 MiB from a server that is drained meanwhile, and a clean end', async () => {
    const data = payload(64 * MIB);
    const until = new Subject<void>();
    const begun = new ReplaySubject<string>(1);
    const log: string[] = [];
    const listening = new ReplaySubject<string>(1);
    const serving = bind('tls://127.0.0.1:0', { until, tls: { secureContext: ours.server } })
      .pipe(
        tap(({ endpoint }) => {
          listening.next(endpoint);
        }),
        switchMap(({ connections }) => connections),
      )
      .subscribe({
        next: (connection) => {
          connection.send(inPieces(data)).subscribe({ complete: () => void connection.close() });
          begun.next(connection.id);
        },
        complete: () => log.push('complete'),
      });
    atTestEnd(() => {
      serving.unsubscribe();
    });
    const endpoint = (await within('our server', listening)) as OurServer['endpoint'];

    const client = startClient({ endpoint }, flag, '-ign_eof');
    await within('the connection of s_client', begun);
    until.next();
    const { output } = await client.exit(30_000);

    expect(sha256(output)).toBe(sha256(data));
    expect(log).toEqual(['complete']);
  });

  it('shows a certificate, and is let in; without one it is not (mTLS)', async () => {
    const server = await startTls(
      ({ tls }) => [`${String(tls?.authorized)} ${String(tls?.peerCertificate?.subject.CN)}`],
      { requestCert: true },
    );
    const { cert, key } = identityFiles(ours.client);
    const known = await startClient(server, flag, '-ign_eof', '-cert', cert, '-key', key).exit();
    expect(known.output.toString()).toBe('true a client');

    const unknown = await startClient(server, flag, '-ign_eof').exit();

    expect(unknown.output.toString()).toBe('');
    expect(server.outcomes).toHaveLength(1);
  });

  it('resumes its session', async () => {
    const server = await startTls(({ received, tls }) => merge([`${String(tls?.authorized)}\n`], received));
    const session = join(freshDirectory(), 'session.pem');

    const first = startClient(server, flag, '-sess_out', session);
    await first.printed(/^false\n/u);
    expect(await first.input().exit()).toMatchObject({ code: 0 });
    const port = server.endpoint.replace('tls://', '');
    const args = ['s_client', '-connect', port, '-CAfile', authorityFile(ours.ca), '-sess_in', session, flag];
    const second = startOpenssl(args);
    await second.printed(/^Reused, TLSv1/mu);
    await second.printed(/^false$/mu);
    second.input();

    expect(await second.exit()).toMatchObject({ code: 0 });
    expect((await server.outcome(1)).error).toBeUndefined();
  });
});

describe('s_client', () => {
  it('agrees on a protocol (ALPN)', async () => {
    const server = await startTls(({ tls }) => [String(tls?.alpnProtocol)], {
      alpnProtocols: ['rpc/2', 'rpc/1'],
    });
    const { output } = await startClient(server, '-ign_eof', '-alpn', 'rpc/1,rpc/2').exit();
    expect(output.toString()).toBe('rpc/2');
  });

  it.each(['K', 'k'])(
    'renews its keys in the middle of a conversation, and both sides go on (%s)',
    async (command) => {
      const server = await startTls(({ received }) =>
        received.pipe(map((chunk) => `you said ${chunk.toString()}`)),
      );
      const client = startClient(server, '-tls1_3').say('before');
      await client.printed(/^you said before\n/u);
      client.say(command);
      await client.report(/^KEYUPDATE$/u);
      client.say('after');
      await client.printed(/you said after\n/u);
      expect(await client.input().exit()).toMatchObject({ code: 0 });
      expect((await server.outcome()).error).toBeUndefined();
    },
  );

  it('renegotiates in the middle of a conversation, and both sides go on (TLS 1.2)', async () => {
    const server = await startTls(({ received }) => received);
    const client = startClient(server, '-tls1_2').say('before');
    await client.printed(/^before\n/u);
    client.say('R');
    await client.report(/^RENEGOTIATING$/u);
    client.say('after');
    await client.printed(/^after$/mu);
    expect(await client.input().exit()).toMatchObject({ code: 0 });
    expect((await server.outcome()).error).toBeUndefined();
  });

  it.each<[string, () => TlsOptions, RegExp, string]>([
    [
      'another authority',
      () => ({ secureContext: strange.server }),
      /unable to get local issuer certificate/u,
      'ERR_CERTIFICATE_REFUSED',
    ],
    [
      'last year',
      () => ({ secureContext: ours.expired }),
      /certificate has expired/u,
      'ERR_CERTIFICATE_REFUSED',
    ],
  ])('refuses a certificate of %s, and the refusal tells', async (_, tls, reason, code) => {
    const refusals = new ReplaySubject<TransportError>(1);
    const listening = new ReplaySubject<OurServer['endpoint']>(1);
    const serving = bind('tls://127.0.0.1:0', { tls: tls() }).subscribe(({ endpoint, refused }) => {
      refused.pipe(map(({ error }) => error)).subscribe(refusals);
      listening.next(endpoint);
    });
    atTestEnd(() => {
      serving.unsubscribe();
    });
    const client = startClient({ endpoint: await within('our server', listening) });
    await client.report(reason);
    expect(await within('the refusal', refusals)).toMatchObject({
      code,
      phase: 'handshake',
    });
  });

  it('cannot speak TLS to a plain port, and that is one connection', async () => {
    const server = await startOurServer('127.0.0.1:0', () => ['220 ready\r\n']);
    const client = startClient(server);
    await client.report(/wrong version number|packet length too long/u);
    await server.outcome();
  });
});

describe('netcat on a TLS port', () => {
  it('is refused with ERR_NOT_TLS, and the next client is served', async () => {
    const refusals: string[] = [];
    const listening = new ReplaySubject<OurServer['endpoint']>(1);
    const serving = bind('tls://127.0.0.1:0', { tls: { secureContext: ours.server } }).subscribe((server) => {
      server.refused.subscribe(({ error }) => refusals.push(error.code));
      server.connections.subscribe((connection) => {
        connection.write('welcome');
        void connection.close();
      });
      listening.next(server.endpoint);
    });
    atTestEnd(() => {
      serving.unsubscribe();
    });
    const endpoint = await within('our server', listening);
    const [host = '', port = ''] = endpoint.replace('tls://', '').split(':');

    await startNetcat('-N', host, port).input('GET / HTTP/1.1\r\n\r\n').exit();

    expect(refusals).toEqual(['ERR_NOT_TLS']);
    expect((await startClient({ endpoint }, '-ign_eof').exit()).output.toString()).toBe('welcome');
  });
});

/** s_server cannot say where it listens and be quiet, so it is dialled until it listens. */
async function startServer(
  ...args: readonly string[]
): Promise<{ readonly openssl: ForeignProcess; readonly endpoint: string }> {
  return await startServerIn(undefined, ...args);
}

async function startServerIn(
  directory: string | undefined,
  ...args: readonly string[]
): ReturnType<typeof startServer> {
  const port = await freePort('127.0.0.1');
  const { cert, key } = identityFiles(ours.server);
  const listening = ['s_server', '-accept', `127.0.0.1:${port}`, '-cert', cert, '-key', key];
  return { openssl: startOpenssl([...listening, ...args], directory), endpoint: `tls://127.0.0.1:${port}` };
}

const RETRY = 50;

/** Dials until somebody listens. */
function dial(endpoint: string, tls: TlsOptions = {}): ReturnType<typeof connect> {
  const options: ConnectOptions = {
    tls: { secureContext: { ca: ours.ca }, servername: 'localhost', ...tls },
  };
  return connect(endpoint, options).pipe(
    retry({
      count: 100,
      delay: (error: unknown) => {
        if (TransportError.is(error) && error.code === 'ERR_CONNECTION_REFUSED') return timer(RETRY);
        throw error;
      },
    }),
  );
}

describe.each(versions)('s_server, with $version', ({ version, flag }) => {
  it('answers, and agrees on version, name and protocol', async () => {
    const { endpoint } = await startServer(flag, '-rev', '-alpn', 'rpc/2,rpc/1');
    const agreed: unknown[] = [];

    const answer = await within(
      'the answer of s_server',
      dial(endpoint, { alpnProtocols: ['rpc/1', 'rpc/2'] }).pipe(
        switchMap((connection) => {
          const { tls } = connection;
          agreed.push(tls?.protocol, tls?.alpnProtocol, tls?.authorized);
          return merge(connection.send(concat(['stressed\n'], NEVER)), connection.received);
        }),
      ),
    );

    expect([answer.toString(), agreed]).toEqual(['desserts\n', [version, 'rpc/2', true]]);
  });

  it('gets 64 MiB that were written before the end, and a clean end', async () => {
    const data = payload(64 * MIB);
    const { openssl, endpoint } = await startServer(flag, '-quiet', '-naccept', '1');

    await conversation(
      dial(endpoint).pipe(switchMap((connection) => sendAndEnd(connection, inPieces(data)))),
    );

    const { output } = await openssl.exit(30_000);
    expect(sha256(output)).toBe(sha256(data));
  });

  it('serves a file of 64 MiB', async () => {
    const data = payload(64 * MIB);
    const directory = freshDirectory();
    writeFileSync(join(directory, 'file'), data);
    const { endpoint } = await startServerIn(directory, flag, '-HTTP');

    const received = await conversation(
      dial(endpoint).pipe(
        switchMap((connection) =>
          merge(connection.send(concat(['GET /file HTTP/1.0\r\n\r\n'], NEVER)), connection.received),
        ),
        // s_server ends first; what we might still have said is of no interest.
        catchError((error: unknown) => (isPeerEnded(error) ? EMPTY : throwError(() => error))),
      ),
    );

    // The file, and nothing before it.
    expect(sha256(received)).toBe(sha256(data));
  });

  it('wants a certificate: with ours we are let in, and without it the error tells (mTLS)', async () => {
    const trust = ['-Verify', '1', '-CAfile', authorityFile(ours.ca), '-verify_return_error'];
    const { endpoint } = await startServer(flag, '-rev', ...trust);
    const silent = (tls: TlsOptions): Observable<Buffer> =>
      dial(endpoint, tls).pipe(switchMap(({ received }) => received));

    const nobody = await failureOf(silent({}));
    const stranger = await failureOf(silent({ secureContext: { ca: ours.ca, ...strange.client } }));
    const known = await within(
      'an answer',
      dial(endpoint, { secureContext: { ca: ours.ca, ...ours.client } }).pipe(
        switchMap((connection) => merge(connection.send(concat(['abc\n'], NEVER)), connection.received)),
      ),
    );

    // TLS 1.2 has no alert for a certificate that is missing (RFC 5246, section 7.4.6).
    const missing = version === 'TLSv1.3' ? 'ERR_CERTIFICATE_REQUIRED' : 'ERR_NO_SHARED_PROTOCOL';
    expect([nobody.code, stranger.code, known.toString()]).toEqual([
      missing,
      'ERR_CERTIFICATE_REFUSED',
      'cba\n',
    ]);
  });
});

/** A client of ours that says that it is ready, and then only listens. */
function listenTo(endpoint: string): { readonly heard: Observable<string>; readonly client: Subscription } {
  const heard = new ReplaySubject<string>();
  const client = dial(endpoint)
    .pipe(
      switchMap((connection) => merge(connection.send(concat(['ready\n'], NEVER)), connection.received)),
      map((chunk) => chunk.toString()),
    )
    .subscribe({
      next: (text) => {
        heard.next(text);
      },
    });
  atTestEnd(() => {
    client.unsubscribe();
  });
  return { heard, client };
}

describe('s_server', () => {
  it.each<[string, () => TlsOptions, string]>([
    ['another authority', () => ({ secureContext: { ca: strange.ca } }), 'ERR_CERTIFICATE_UNTRUSTED'],
    ['another name', () => ({ servername: 'other.example' }), 'ERR_CERTIFICATE_HOST'],
    [
      'no version in common',
      () => ({ secureContext: { ca: ours.ca, maxVersion: 'TLSv1.2' } }),
      'ERR_NO_SHARED_PROTOCOL',
    ],
  ])('is not trusted, or not understood: %s', async (_, tls, code) => {
    const { endpoint } = await startServer('-quiet', '-tls1_3');
    expect(await failureOf(dial(endpoint, tls()))).toMatchObject({ code, phase: 'handshake', endpoint });
  });

  it.each(['K', 'k'])(
    'renews its keys in the middle of a conversation, and both sides go on (%s)',
    async (command) => {
      const { openssl, endpoint } = await startServer('-tls1_3', '-naccept', '1');
      const { heard, client } = listenTo(endpoint);
      await openssl.printed(/^ready$/mu, 20_000);
      openssl.say('before');
      await within('what was said before', heard.pipe(first((text) => text.includes('before'))));
      // One line at a time: it forgets what stands behind a command.
      openssl.say(command);
      // It forgets what it reads together with a command, so it is said until it is heard.
      const saying = interval(RETRY).subscribe(() => openssl.say('after'));
      atTestEnd(() => {
        saying.unsubscribe();
      });
      await within('what was said after', heard.pipe(first((text) => text.includes('after'))));
      saying.unsubscribe();
      client.unsubscribe();
      const { output } = await openssl.exit();
      expect(output.toString()).toMatch(/SSL_do_handshake -> 1/u);
    },
  );

  it('renegotiates in the middle of a conversation, and both sides go on (TLS 1.2)', async () => {
    const { openssl, endpoint } = await startServer('-tls1_2');
    const { heard } = listenTo(endpoint);
    await openssl.printed(/^ready$/mu, 20_000);
    openssl.say('r');
    await openssl.printed(/^SSL_do_handshake -> 1$/mu);
    openssl.say('after');
    await within('what was said after', heard.pipe(first((text) => text.includes('after'))));
  });

  it('that is killed in mid-stream is an end, or a reset, and never a hang', async () => {
    const { openssl, endpoint } = await startServer('-rev');
    const outcome = await within(
      'the end of the connection',
      dial(endpoint).pipe(
        switchMap((connection) => merge(connection.send(concat(['abc\n'], NEVER)), connection.received)),
        tap(() => void openssl.kill()),
        ignoreElements(),
        catchError((error: unknown) => of(TransportError.is(error) ? error.code : 'no error of ours')),
        defaultIfEmpty('complete'),
      ),
    );
    expect(['ERR_PEER_ENDED', 'ERR_CONNECTION_RESET']).toContain(outcome);
  });
});

function isPeerEnded(error: unknown): boolean {
  return TransportError.is(error) && error.code === 'ERR_PEER_ENDED';
}
