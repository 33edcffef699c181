import { once } from 'node:events';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import {
  BehaviorSubject,
  EMPTY,
  filter,
  firstValueFrom,
  map,
  merge,
  NEVER,
  of,
  reduce,
  Subject,
  take,
  tap,
  throwError,
  toArray,
  VirtualTimeScheduler,
  concat,
} from 'rxjs';
import {
  bind,
  connect,
  openConnection,
  parseEndpoint,
  serve,
  TcpSocketTransport,
  TransportError,
  type Connection,
  type ConnectOptions,
  type Refusal,
  type TlsOptions,
} from '../../src/index.ts';
import { certificates, type Certificates } from '../certificates.ts';
import { afterThisSpec } from '../cleanup.ts';
import { closeOf, dialRaw, drain, startRawServer, startServer, type StartedServer } from '../loopback.ts';
import { record, settled } from '../wire.ts';

let ours: Certificates;
let strange: Certificates;
beforeAll(async () => {
  [ours, strange] = await Promise.all([certificates(), certificates()]);
});

const serverTls = (more: TlsOptions = {}): TlsOptions => ({
  secureContext: { ...ours.server, ca: ours.ca },
  ...more,
});
const clientTls = (more: TlsOptions = {}): TlsOptions => ({ secureContext: { ca: ours.ca }, ...more });

const startTls = (more: TlsOptions = {}): Promise<StartedServer> =>
  startServer({ tls: serverTls(more) }, 'tls://127.0.0.1:0');

async function dial(
  endpoint: string,
  tls: TlsOptions = clientTls(),
  more: ConnectOptions = {},
): Promise<Connection> {
  const connection = await openConnection(endpoint, { closeTimeout: 500, ...more, tls });
  afterThisSpec(() => connection.close());
  return connection;
}

async function pair(
  serverSide: TlsOptions = {},
  clientSide: TlsOptions = clientTls(),
): Promise<readonly [Connection, Connection]> {
  const { server, accept } = await startTls(serverSide);
  const [accepted, dialled] = await Promise.all([accept(), dial(server.endpoint, clientSide)]);
  return [accepted, dialled];
}

const failureOf = (promise: Promise<unknown>): Promise<TransportError> =>
  promise.then(
    () => Promise.reject(new Error('it should have failed')),
    (error: unknown) => (TransportError.is(error) ? error : Promise.reject(error as Error)),
  );

const refusalOf = ({ server }: StartedServer): Promise<Refusal> => firstValueFrom(server.refused);

const text = (connection: Connection): Promise<string> =>
  firstValueFrom(connection.received.pipe(reduce((all, chunk) => all + chunk.toString(), '')));

/** A TLS client of Node's own. */
async function dialNode(endpoint: string): Promise<TLSSocket> {
  const target = parseEndpoint(endpoint);
  if (target.kind !== 'tcp') throw new Error(endpoint);
  const socket = connectTls({ host: target.host, port: target.port, ca: ours.ca, servername: 'localhost' });
  socket.on('error', () => undefined);
  afterThisSpec(() => socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

describe('TLS', () => {
  it('carries bytes both ways, and both ends tell what was agreed on', async () => {
    const [accepted, dialled] = await pair();
    dialled.write('question');
    expect(String(await firstValueFrom(accepted.received))).toBe('question');
    accepted.write('answer');
    expect(String(await firstValueFrom(dialled.received))).toBe('answer');
    expect(dialled.tls).toMatchObject({ protocol: 'TLSv1.3', authorized: true });
    expect(dialled.tls?.peerCertificate?.subject.CN).toBe('localhost');
    expect(accepted.tls).toMatchObject({ protocol: 'TLSv1.3', authorized: false });
    expect(accepted.tls?.peerCertificate).toBeUndefined();
  });

  it('shows in every endpoint, so that connect can dial what a server says', async () => {
    const [accepted, dialled] = await pair();
    expect([accepted.local, accepted.remote]).toEqual([dialled.remote, dialled.local]);
    expect(dialled.remote).toMatch(/^tls:\/\/127\.0\.0\.1:\d+$/u);
  });

  it('is asked for by the option as well as by the scheme', async () => {
    const { server, accept } = await startServer({ tls: serverTls() }, '127.0.0.1:0');
    const [accepted, dialled] = await Promise.all([accept(), dial(server.endpoint.replace('tls://', ''))]);
    expect([accepted.tls?.protocol, dialled.tls?.protocol]).toEqual(['TLSv1.3', 'TLSv1.3']);
  });

  it('is taken by a TcpSocketTransport, for listening and for dialling', async () => {
    const transport = new TcpSocketTransport({ tls: serverTls(), closeTimeout: 500 });
    afterThisSpec(() => transport.close());
    transport
      .listen()
      .pipe(serve(({ received }) => received))
      .subscribe();
    const [endpoint] = await waitFor(() => transport.endpoint);
    const echoed = new Promise((resolve) => {
      transport.connect(endpoint).subscribe((connection) => {
        connection.write('hello');
        connection.received.subscribe((chunk) => {
          resolve(chunk.toString());
        });
      });
    });
    expect(await echoed).toBe('hello');
  });

  it('loses no byte of a large stream to a peer that reads late (rules 8 and 13)', async () => {
    const [accepted, dialled] = await pair();
    const block = Buffer.alloc(64 * 1024, 'abc');
    const sent = firstValueFrom(dialled.send(Array.from({ length: 128 }, () => block)), {
      defaultValue: 'sent',
    });
    const received = firstValueFrom(
      accepted.received.pipe(
        reduce((all, chunk) => ({ length: all.length + chunk.length, last: chunk.at(-1) }), {
          length: 0,
          last: undefined as number | undefined,
        }),
      ),
    );
    expect(await sent).toBe('sent');
    dialled.end();
    expect(await received).toEqual({ length: 128 * block.length, last: block.at(-1) });
  });
});

async function waitFor<T>(look: () => T | undefined): Promise<[T]> {
  for (;;) {
    const found = look();
    if (found !== undefined) return [found];
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('certificates', () => {
  it('of clients are verified where they are asked for, and told (mTLS)', async () => {
    const [accepted, dialled] = await pair(
      { requestCert: true },
      { secureContext: { ca: ours.ca, ...ours.client } },
    );
    expect(accepted.tls).toMatchObject({ authorized: true });
    expect(accepted.tls?.peerCertificate?.subject.CN).toBe('a client');
    await dialled.close();
    await firstValueFrom(accepted.closed);
    expect(accepted.tls?.peerCertificate).toBeUndefined();
  });

  it.each<[string, () => TlsOptions, string]>([
    ['shows none', () => clientTls(), 'ERR_CERTIFICATE_REQUIRED'],
    [
      'shows one of another authority',
      () => ({ secureContext: { ca: ours.ca, ...strange.client } }),
      'ERR_CERTIFICATE_UNTRUSTED',
    ],
    [
      'shows one of last year',
      () => ({ secureContext: { ca: ours.ca, ...ours.expired } }),
      'ERR_CERTIFICATE_EXPIRED',
    ],
  ])('of clients let nobody in who %s, and the refusal says why', async (_, tls, code) => {
    const started = await startTls({ requestCert: true });
    const { log } = record(started.server.connections);
    const refusal = refusalOf(started);
    // With TLS 1.3 the client is done before the server has looked at its certificate (RFC 8446, section 4.4.2).
    const outcome = dial(started.server.endpoint, tls()).then(
      ({ closed }) => firstValueFrom(closed.pipe(map(({ error }) => error?.code))),
      (error: unknown) => (TransportError.is(error) ? error.code : error),
    );
    expect((await refusal).error).toMatchObject({ code, phase: 'handshake' });
    // Node only closes on a client that it does not trust, so what that sees depends on how far it was.
    expect([
      undefined,
      'ERR_CERTIFICATE_REQUIRED',
      'ERR_CERTIFICATE_REFUSED',
      'ERR_CONNECTION_RESET',
    ]).toContain(await outcome);
    expect(log).toEqual([]);
  });

  it.each<[string, () => TlsOptions, () => TlsOptions, string]>([
    [
      'is of another authority',
      () => ({}),
      () => ({ secureContext: { ca: strange.ca } }),
      'ERR_CERTIFICATE_UNTRUSTED',
    ],
    ['nobody is trusted for', () => ({}), () => ({}), 'ERR_CERTIFICATE_UNTRUSTED'],
    [
      'is of last year',
      () => ({ secureContext: ours.expired }),
      () => clientTls(),
      'ERR_CERTIFICATE_EXPIRED',
    ],
    [
      'is for another name',
      () => ({}),
      () => clientTls({ servername: 'other.example' }),
      'ERR_CERTIFICATE_HOST',
    ],
    [
      'a check of ours refuses',
      () => ({}),
      () =>
        clientTls({ checkServerIdentity: () => Object.assign(new Error('no'), { code: 'CERT_REJECTED' }) }),
      'ERR_CERTIFICATE_UNTRUSTED',
    ],
  ])('of a server that %s let nobody out', async (_, serverSide, clientSide, code) => {
    const started = await startTls(serverSide());
    const refusal = refusalOf(started);
    const { endpoint } = started.server;
    expect(await failureOf(dial(endpoint, clientSide()))).toMatchObject({
      code,
      phase: 'handshake',
      endpoint,
    });
    expect((await refusal).error.phase).toBe('handshake');
  });

  it('are verified although the environment says not to', async () => {
    const { server } = await startTls();
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    afterThisSpec(() => {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    });
    expect(await failureOf(dial(server.endpoint, {}))).toMatchObject({ code: 'ERR_CERTIFICATE_UNTRUSTED' });
  });

  it('that cannot be verified are told of where that was allowed', async () => {
    const [, dialled] = await pair({}, { rejectUnauthorized: false });
    expect(dialled.tls).toMatchObject({
      authorized: false,
      authorizationError: expect.stringMatching(/VERIFY|ISSUER|SELF_SIGNED/u) as string,
    });
  });

  it('of a server with several names are chosen by the name that is asked for (SNI)', async () => {
    const { server } = await startTls({
      contexts: { localhost: ours.server, 'other.example': strange.server },
    });
    const asked = await dial(server.endpoint, {
      secureContext: { ca: strange.ca },
      servername: 'other.example',
      checkServerIdentity: () => undefined,
    });
    expect(asked.tls?.authorized).toBe(true);
    const usual = await dial(server.endpoint, clientTls({ servername: 'localhost' }));
    expect(usual.tls?.authorized).toBe(true);
  });

  it.each<[string, TlsOptions, string | undefined]>([
    ['no name for an address', {}, undefined],
    ['no name for an address that is said', { servername: '127.0.0.1' }, undefined],
    ['the name that is said', { servername: 'localhost' }, 'localhost'],
  ])('are asked for by %s (RFC 6066, section 3)', async (_, more, name) => {
    const [accepted, dialled] = await pair({}, clientTls(more));
    expect([accepted.tls?.servername, dialled.tls?.authorized]).toEqual([name, true]);
  });

  it('are rotated: who comes later gets the latest, and who is there stays', async () => {
    const contexts = new BehaviorSubject<object>(ours.server);
    const { server, accept } = await startTls({ secureContext: contexts });
    const [accepted, before] = await Promise.all([accept(), dial(server.endpoint)]);
    const heard = text(accepted);
    contexts.next(strange.server);
    expect(await failureOf(dial(server.endpoint))).toMatchObject({ code: 'ERR_CERTIFICATE_UNTRUSTED' });
    const after = await dial(server.endpoint, { secureContext: { ca: strange.ca } });
    expect(after.tls?.authorized).toBe(true);
    before.write('still here');
    await before.close();
    expect([(await firstValueFrom(before.closed)).error, await heard]).toEqual([undefined, 'still here']);
  });

  it('that cannot be used are reported, and the ones before stay in use', async () => {
    const contexts = new Subject<object>();
    const started = startTls({ secureContext: merge(contexts, [ours.server]) });
    const { server } = await started;
    const refusals = firstValueFrom(server.refused.pipe(take(4), toArray()));
    contexts.next({ cert: 'no certificate', key: 'no key' });
    contexts.next({ ...ours.server, minVersion: 'TLSv1' });
    const { tls } = await dial(server.endpoint);
    expect(tls?.authorized).toBe(true);
    contexts.next(strange.server);
    const after = await dial(server.endpoint, { secureContext: { ca: strange.ca } });
    expect(after.tls?.authorized).toBe(true);
    contexts.error(new Error('the vault is closed'));
    const dead = await dialRaw(server.endpoint.replace('tls://', ''));
    dead.write('no TLS');
    expect((await refusals).map(({ error }) => error.code)).toEqual([
      'ERR_INVALID_OPTION',
      'ERR_INVALID_OPTION',
      'ERR_SYSTEM',
      'ERR_NOT_TLS',
    ]);
  });

  it.each<[string, () => TlsOptions['secureContext'], string]>([
    ['is none', () => undefined, 'ERR_INVALID_OPTION'],
    ['never comes', () => EMPTY, 'ERR_INVALID_OPTION'],
    ['is no PEM', () => ({ cert: 'x', key: 'y' }), 'ERR_INVALID_OPTION'],
    ['has no certificate', () => ({ ca: ours.ca }), 'ERR_INVALID_OPTION'],
    ['has no key', () => ({ cert: ours.server.cert }), 'ERR_INVALID_OPTION'],
    ['is older than TLS 1.2 allows', () => ({ ...ours.server, minVersion: 'TLSv1.1' }), 'ERR_INVALID_OPTION'],
    [
      'names a method of old',
      () => ({ ...ours.server, secureProtocol: 'TLSv1_method' }),
      'ERR_INVALID_OPTION',
    ],
    ['fails', () => throwError(() => new TransportError('ERR_ABORTED', { phase: 'bind' })), 'ERR_ABORTED'],
    ['fails without a code of ours', () => throwError(() => new Error('no vault')), 'ERR_SYSTEM'],
  ])('of a server: it does not bind with a context that %s', async (_, secureContext, code) => {
    const { log } = record(bind('tls://127.0.0.1:0', { tls: { secureContext: secureContext() } }));
    await settled();
    expect(log).toEqual([code]);
  });

  it.each<[string, () => TlsOptions['secureContext'], string]>([
    ['never comes', () => EMPTY, 'ERR_INVALID_OPTION'],
    [
      'comes late, and fails',
      () => Promise.resolve().then(() => Promise.reject(new Error('no vault'))),
      'ERR_SYSTEM',
    ],
    ['is no PEM', () => ({ cert: 'x', key: 'y' }), 'ERR_INVALID_OPTION'],
    ['has another key', () => ({ cert: ours.client.cert, key: ours.server.key }), 'ERR_INVALID_OPTION'],
  ])(
    'of a client: the socket is given back with a context that %s (rules 5 and 16)',
    async (_, secureContext, code) => {
      const { endpoint, accept } = await startRawServer();
      const failure = failureOf(dial(`tls://${endpoint}`, { secureContext: secureContext() }));
      expect((await drain(await accept())).length).toBe(0);
      expect(await failure).toMatchObject({ code });
    },
  );

  it('of a client are waited for: who unsubscribes meanwhile gives the socket back (rule 2)', async () => {
    const { endpoint, accept } = await startRawServer();
    const { log, stop } = record(connect(`tls://${endpoint}`, { tls: { secureContext: NEVER } }));
    const end = drain(await accept());
    await settled();
    stop();
    expect([(await end).length, log]).toEqual([0, []]);
  });

  it.each<[string, () => Error | undefined]>([
    [
      'throws',
      () => {
        throw new Error('no pin');
      },
    ],
    ['says no without a code', () => new Error('no pin')],
  ])(
    'are not trusted when a check of ours %s, and nothing is thrown at the process (rule 17)',
    async (_, check) => {
      const { server } = await startTls();
      const failure = await failureOf(dial(server.endpoint, clientTls({ checkServerIdentity: check })));
      expect(failure).toMatchObject({
        code: 'ERR_CERTIFICATE_UNTRUSTED',
        detail: 'no pin',
        phase: 'handshake',
      });
    },
  );

  it('are verified for an address that is given as servername, which is no name to ask for', async () => {
    const warnings: string[] = [];
    const onWarning = ({ message }: Error): void => {
      warnings.push(message);
    };
    process.on('warning', onWarning);
    afterThisSpec(() => process.off('warning', onWarning));
    const [, dialled] = await pair({}, clientTls({ servername: '127.0.0.1' }));
    expect(dialled.tls?.authorized).toBe(true);
    const { endpoint } = await startTls().then(({ server }) => server);
    const failure = await failureOf(dial(endpoint, clientTls({ servername: '127.0.0.2' })));
    expect([failure.code, warnings]).toEqual(['ERR_CERTIFICATE_HOST', []]);
  });

  it('passes an error of until on as it is, before it is bound and after (rule 16)', async () => {
    const boom = new Error('boom');
    for (const secureContext of [NEVER, of(ours.server)]) {
      const until = new Subject<void>();
      const errors: unknown[] = [];
      let bound = false;
      bind('tls://127.0.0.1:0', { until, tls: { secureContext } }).subscribe({
        next: () => (bound = true),
        error: (error: unknown) => errors.push(error),
      });
      while (!bound && secureContext !== NEVER) await settled();
      until.error(boom);
      expect(errors).toEqual([boom]);
      expect(errors[0]).toBe(boom);
    }
  });

  it('that never come do not keep a server from stopping (rule 3)', async () => {
    const until = new Subject<void>();
    const { log } = record(bind('tls://127.0.0.1:0', { until, tls: { secureContext: NEVER } }));
    await settled();
    until.next();
    expect(log).toEqual(['complete']);
  });

  it('that could not be used before anybody looked are told to who looks, and are nobody who was refused', async () => {
    const contexts = concat(
      [ours.server],
      throwError(() => new Error('the vault is closed')),
    );
    const { server, stop } = await startTls({ secureContext: contexts });
    expect(await firstValueFrom(server.refused)).toMatchObject({
      remote: undefined,
      error: { code: 'ERR_SYSTEM' },
    });
    expect(await stop()).toMatchObject({ refused: 0 });
  });

  it('are waited for: a server binds with the first context that comes', async () => {
    const contexts = new Subject<object>();
    const { log, stop } = record(
      bind('tls://127.0.0.1:0', { tls: { secureContext: contexts } }).pipe(map(() => 'bound')),
    );
    afterThisSpec(stop);
    await settled();
    expect(log).toEqual([]);
    contexts.next(ours.server);
    await waitFor(() => log[0]);
    expect(log).toEqual(['"bound"']);
  });
});

describe('a handshake', () => {
  it.each<[string, TlsOptions, TlsOptions]>([
    ['version', { secureContext: {} }, {}],
    ['application protocol', { alpnProtocols: ['h2'] }, { alpnProtocols: ['http/1.1'] }],
  ])('without a common %s fails on both sides, and says so', async (what, serverSide, clientSide) => {
    const old = what === 'version';
    const started = await startTls(
      old ? { secureContext: { ...ours.server, maxVersion: 'TLSv1.2' } } : serverSide,
    );
    const refusal = refusalOf(started);
    const tls = old
      ? { secureContext: { ca: ours.ca, minVersion: 'TLSv1.3' as const } }
      : clientTls(clientSide);
    const failure = await failureOf(dial(started.server.endpoint, tls));
    // Node 20.9 refuses such a client without an alert.
    const told = old || !process.version.startsWith('v20.9.');
    expect([failure.code, (await refusal).error.code]).toEqual([
      told ? 'ERR_NO_SHARED_PROTOCOL' : 'ERR_CONNECTION_RESET',
      'ERR_NO_SHARED_PROTOCOL',
    ]);
  });

  it('agrees on an application protocol (ALPN)', async () => {
    const [accepted, dialled] = await pair(
      { alpnProtocols: ['rpc/2', 'rpc/1'] },
      clientTls({ alpnProtocols: ['rpc/1', 'rpc/2'] }),
    );
    expect([accepted.tls?.alpnProtocol, dialled.tls?.alpnProtocol]).toEqual(['rpc/2', 'rpc/2']);
  });

  it('of somebody who speaks plain text ends with ERR_NOT_TLS, and the next one is served', async () => {
    const started = await startTls();
    const refusal = refusalOf(started);
    const peer = await dialRaw(started.server.endpoint.replace('tls://', ''));
    peer.end('GET / HTTP/1.1\r\n\r\n');
    await closeOf(peer);
    expect(await refusal).toMatchObject({
      error: { code: 'ERR_NOT_TLS' },
      remote: expect.stringMatching(/^127\.0\.0\.1:\d+$/u) as string,
    });
    expect((await dial(started.server.endpoint)).tls?.authorized).toBe(true);
  });

  it('with a server that speaks plain text ends with ERR_NOT_TLS', async () => {
    const { endpoint, accept } = await startRawServer();
    const failure = failureOf(dial(`tls://${endpoint}`));
    const peer = await accept();
    peer.resume();
    peer.write('220 mail.example ESMTP\r\n');
    expect(await failure).toMatchObject({
      code: 'ERR_NOT_TLS',
      phase: 'handshake',
      endpoint: `tls://${endpoint}`,
    });
  });

  it('with a server that hangs up ends with ERR_CONNECTION_RESET', async () => {
    const { endpoint, accept } = await startRawServer();
    const failure = failureOf(dial(`tls://${endpoint}`));
    (await accept()).destroy();
    expect(await failure).toMatchObject({ code: 'ERR_CONNECTION_RESET', phase: 'handshake' });
  });

  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['half a ClientHello', Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, 7, 7])],
  ])('of a client that says %s is over at the deadline, on the scheduler (rule 18)', async (_, bytes) => {
    const scheduler = new VirtualTimeScheduler();
    const started = await startServer(
      { tls: serverTls(), handshakeTimeout: 10_000, scheduler },
      'tls://127.0.0.1:0',
    );
    const refusal = refusalOf(started);
    const peer = await dialRaw(started.server.endpoint.replace('tls://', ''));
    if (bytes.length > 0) peer.write(bytes);
    // A second client is served: by then the first one is in its handshake.
    await dialNode(started.server.endpoint);
    scheduler.maxFrames = 9_999;
    scheduler.flush();
    await settled();
    expect(peer.destroyed).toBe(false);
    scheduler.maxFrames = 10_000;
    scheduler.flush();
    expect((await refusal).error).toMatchObject({ code: 'ERR_HANDSHAKE_TIMEOUT', phase: 'handshake' });
    await drain(peer);
  });

  it('with a server that says nothing is over at the deadline, on the scheduler (rule 18)', async () => {
    const scheduler = new VirtualTimeScheduler();
    const { endpoint, accept } = await startRawServer();
    const failure = failureOf(dial(`tls://${endpoint}`, {}, { handshakeTimeout: 3_000, scheduler }));
    const peer = await accept();
    const end = drain(peer);
    await once(peer, 'data');
    scheduler.flush();
    expect(await failure).toMatchObject({ code: 'ERR_HANDSHAKE_TIMEOUT', endpoint: `tls://${endpoint}` });
    await end;
  });

  it('that is under way ends with the listener (rules 2 and 5)', async () => {
    const { server, stop } = await startTls();
    const peer = await dialRaw(server.endpoint.replace('tls://', ''));
    await dialNode(server.endpoint).then((socket) => socket.destroy());
    const end = drain(peer);
    expect(await stop()).toMatchObject({ forced: 0 });
    await end;
  });

  it('that is under way ends with the subscription of who dials (rule 2)', async () => {
    const { endpoint, accept } = await startRawServer();
    const { stop } = record(new TcpSocketTransport({ tls: {} }).connect(`tls://${endpoint}`));
    const peer = await accept();
    const end = drain(peer);
    await once(peer, 'data');
    stop();
    await end;
  });
});

// A record has 16 KiB at the most (RFC 8446, section 5.1).
const SEVERAL_RECORDS = 40_000;

interface Relay {
  readonly endpoint: string;
  /** From now on nothing of what the server says is passed on. */
  hold(): void;
  /** Resolves when so many bytes are held. */
  held(bytes: number): Promise<void>;
  /** Passes on all of them in one write. */
  release(): void;
}

/** A relay of one connection, which can make one piece of what the server says. */
async function startRelay(endpoint: string): Promise<Relay> {
  const { endpoint: own, accept } = await startRawServer();
  const held: Buffer[] = [];
  const arrivals = new BehaviorSubject(0);
  let holding = false;
  const relayed = Promise.all([accept(), dialRaw(endpoint.replace('tls://', ''))]).then(
    ([client, server]) => {
      client.pipe(server);
      server.on('data', (chunk: Buffer) => {
        if (!holding) {
          client.write(chunk);
          return;
        }
        held.push(chunk);
        arrivals.next(arrivals.value + chunk.length);
      });
      server.on('end', () => client.end());
      return client;
    },
  );
  return {
    endpoint: `tls://${own}`,
    hold: () => {
      holding = true;
    },
    held: async (bytes) => {
      await firstValueFrom(arrivals.pipe(filter((count) => count >= bytes)));
    },
    release: () => {
      holding = false;
      void relayed.then((client) => client.write(Buffer.concat(held.splice(0))));
    },
  };
}

describe('the end of a TLS connection', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'can be half: %s answers after the FIN of a client that was dialled by others (rule 12)',
    async (maxVersion) => {
      const { server } = await startTls({ secureContext: { ...ours.server, maxVersion } });
      server.connections
        .pipe(
          serve(({ received }) =>
            received.pipe(reduce((all, chunk) => all + chunk.toString(), 'answer to ')),
          ),
        )
        .subscribe();
      const target = parseEndpoint(server.endpoint);
      const address = target.kind === 'tcp' ? { host: target.host, port: target.port } : {};
      const halfOpen = { allowHalfOpen: true };
      const socket = connectTls({ ...address, ...halfOpen, ca: ours.ca, servername: 'localhost' });
      afterThisSpec(() => socket.destroy());
      socket.end('a question');
      expect((await drain(socket)).toString()).toBe('answer to a question');
    },
  );

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'loses nothing of what came in one piece with the chunk at which it was ended: %s (rule 8)',
    async (maxVersion) => {
      const { server, accept } = await startTls({ secureContext: { ...ours.server, maxVersion } });
      const relay = await startRelay(server.endpoint);
      const accepting = accept();
      const dialled = await dial(relay.endpoint, clientTls({ servername: 'localhost' }), {
        allowHalfOpen: true,
      });
      const accepted = await accepting;
      dialled.write('go');
      await firstValueFrom(accepted.received);
      relay.hold();
      const sent = firstValueFrom(accepted.send([Buffer.alloc(SEVERAL_RECORDS)]), { defaultValue: 'sent' });
      await relay.held(SEVERAL_RECORDS);
      const received = firstValueFrom(
        dialled.received.pipe(
          tap(() => {
            dialled.end();
          }),
          reduce((all, chunk) => all + chunk.length, 0),
        ),
      );
      relay.release();
      await sent;
      await firstValueFrom(accepted.received, { defaultValue: undefined });
      accepted.end();
      expect(await received).toBe(SEVERAL_RECORDS);
    },
  );

  it('is graceful on both sides when one of them closes (rules 2 and 8)', async () => {
    const [accepted, dialled] = await pair();
    accepted.write('last words');
    const heard = text(dialled);
    const [ours_, theirs] = await Promise.all([accepted.close(), firstValueFrom(dialled.closed), heard]);
    expect([ours_.error, theirs.error, await heard]).toEqual([undefined, undefined, 'last words']);
  });

  it('is an error for the peer when it was aborted, and for a peer that has not read yet as well (rules 8 and 15)', async () => {
    const [accepted, dialled] = await pair();
    const hold = dialled.hold();
    const { log } = record(dialled.received);
    accepted.write('before');
    await firstValueFrom(dialled.traffic.pipe(filter(({ bytesRead }) => bytesRead > 0)));
    accepted.abort();
    await firstValueFrom(accepted.closed);
    hold.unsubscribe();
    await firstValueFrom(dialled.closed);
    expect(log.at(-1)).toBe('ERR_CONNECTION_RESET');
  });

  it.each<[string, () => TlsOptions['secureContext']]>([
    ['one context', () => ours.server],
    ['contexts that go on', () => new BehaviorSubject(ours.server)],
  ])('comes with a drain, which completes: a server with %s (rule 3)', async (_, secureContext) => {
    const until = new Subject<void>();
    const { log } = record(
      bind('tls://127.0.0.1:0', { until, tls: { secureContext: secureContext() } }).pipe(map(() => 'bound')),
    );
    await waitFor(() => log[0]);
    until.next();
    await settled();
    expect(log).toEqual(['"bound"', 'complete']);
  });

  it('leaves nothing behind: one port three times in a row (rule 5)', async () => {
    const first = await startTls();
    const endpoint = first.server.endpoint;
    await first.stop();
    for (let round = 0; round < 3; round += 1) {
      const { stop, accept } = await startServer({ tls: serverTls() }, endpoint);
      const [accepted, dialled] = await Promise.all([accept(), dial(endpoint)]);
      dialled.write('x');
      expect(String(await firstValueFrom(accepted.received))).toBe('x');
      await stop();
    }
  });
});

describe('options of TLS that have another type', () => {
  it.each<[string, unknown]>([
    ['tls: null', null],
    ['tls: 1', 1],
    ['secureContext: null', { secureContext: null }],
    ['secureContext: text', { secureContext: 'abc' }],
    ['an Observable of null', { secureContext: of(null) }],
    ['rejectUnauthorized: null', { rejectUnauthorized: null }],
    ['requestCert: text', { requestCert: 'true' }],
    ['alpnProtocols: text', { alpnProtocols: 'h2' }],
    ['alpnProtocols: an empty name', { alpnProtocols: [''] }],
    ['alpnProtocols: a name that is too long', { alpnProtocols: ['x'.repeat(256)] }],
    ['contexts: null', { contexts: null }],
    ['servername: a number', { servername: 5 }],
    ['checkServerIdentity: text', { checkServerIdentity: 'yes' }],
  ])('are refused on both sides: %s', async (_, options) => {
    const { endpoint } = await startRawServer();
    const complete = (more: object): unknown =>
      typeof options === 'object' && options !== null ? { ...more, ...options } : options;
    const dialling = complete({ secureContext: {} }) as TlsOptions;
    const binding = complete({ secureContext: ours.server }) as TlsOptions;
    expect(await failureOf(openConnection(`tls://${endpoint}`, { tls: dialling }))).toMatchObject({
      code: 'ERR_INVALID_OPTION',
    });
    const { log } = record(bind('tls://127.0.0.1:0', { tls: binding }));
    await settled();
    expect(log).toEqual(['ERR_INVALID_OPTION']);
  });

  it.each<[string, () => object | null]>([
    ['null', () => null],
    ['a context without a certificate', () => ({})],
    ['a context of old', () => ({ ...ours.server, minVersion: 'TLSv1' })],
  ])('are refused for a name of SNI as well: %s', async (_, context) => {
    const contexts = { 'other.example': context() } as TlsOptions['contexts'];
    const { log } = record(bind('tls://127.0.0.1:0', { tls: serverTls({ contexts }) }));
    await settled();
    expect(log).toEqual(['ERR_INVALID_OPTION']);
  });
});

describe('what asks for TLS', () => {
  it.each<[string, string, ConnectOptions, string]>([
    ['tls:// and says tls: false', 'tls://127.0.0.1:1', { tls: false }, 'ERR_INVALID_OPTION'],
    ['a Unix socket', 'unix:/tmp/none', { tls: true }, 'ERR_UNSUPPORTED'],
    [
      'TLS 1.1',
      'tls://127.0.0.1:1',
      { tls: { secureContext: { maxVersion: 'TLSv1.1' } } },
      'ERR_INVALID_OPTION',
    ],
  ])('never goes out in the clear: %s', async (_, endpoint, options, code) => {
    expect(await failureOf(openConnection(endpoint, options))).toMatchObject({
      code: expect.stringMatching(`${code}|ERR_CONNECTION_REFUSED`) as string,
    });
  });
});
