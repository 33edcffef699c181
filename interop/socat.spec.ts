import { join } from 'node:path';
import { concat, map, merge, NEVER, ReplaySubject, switchMap, tap, toArray } from 'rxjs';
import { connect } from '../src/index.ts';
import { failureOf } from './failure-of.ts';
import { requireProgram, SOCAT, startSocat, type ForeignProcess } from './foreign-process.ts';
import { freshDirectory } from './fresh-directory.ts';
import { conversation, exchange, inPieces, openForTest, sendAndEnd } from './our-client.ts';
import { digestAfterFin, startOurServer } from './our-server.ts';
import { KIB, MIB, payload, sha256 } from './payload.ts';
import { within } from './within.ts';

requireProgram(SOCAT);

// How long socat waits for the other direction after one has ended (-t); by default half a second.
const PATIENT = ['-t', '10'];

interface Place {
  readonly family: string;
  /** Where our server listens. */
  endpoint(): string;
  /** How socat dials our server. */
  dialled(endpoint: string): string;
  /** How socat listens. */
  listening(path: string): string;
  /** Where it listens, as it has reported that. */
  reported(port: string, path: string): string;
}

const places: readonly Place[] = [
  {
    family: 'TCP4',
    endpoint: () => '127.0.0.1:0',
    dialled: (endpoint) => `TCP4:${endpoint}`,
    listening: () => 'TCP4-LISTEN:0,bind=127.0.0.1',
    reported: (port) => `127.0.0.1:${port}`,
  },
  {
    family: 'TCP6',
    endpoint: () => '[::1]:0',
    dialled: (endpoint) => `TCP6:${endpoint}`,
    listening: () => 'TCP6-LISTEN:0,bind=[::1]',
    reported: (port) => `[::1]:${port}`,
  },
  {
    family: 'a Unix socket',
    endpoint: () => `unix:${join(freshDirectory(), 'socket')}`,
    dialled: (endpoint) => endpoint.replace('unix:', 'UNIX-CONNECT:'),
    listening: (path) => `UNIX-LISTEN:${path}`,
    reported: (_, path) => `unix:${path}`,
  },
];

interface SocatServer {
  readonly socat: ForeignProcess;
  readonly endpoint: string;
}

/** Starts a socat that listens, with more options for its socket, and joins the connection to another address. */
async function startSocatServer(
  place: Place,
  other: string,
  { options = '', flags = PATIENT }: { readonly options?: string; readonly flags?: readonly string[] } = {},
): Promise<SocatServer> {
  const path = join(freshDirectory(), 'theirs');
  const socat = startSocat(...flags, `${place.listening(path)}${options}`, other);
  const [, port = ''] = await socat.report(/listening on AF=\d+ .*?(?::(\d+))?$/u);
  return { socat, endpoint: place.reported(port, path) };
}

describe.each(places)('socat as the server, over $family', (place) => {
  it('echoes 16 MiB unchanged', async () => {
    const data = payload(16 * MIB);
    const { socat, endpoint } = await startSocatServer(place, 'EXEC:cat');

    const echo = await exchange(endpoint, inPieces(data));

    expect(sha256(echo)).toBe(sha256(data));
    expect(await socat.exit()).toMatchObject({ code: 0 });
  });

  it('answers only after our FIN, and the answer is received', async () => {
    const data = payload(MIB);
    const { endpoint } = await startSocatServer(place, 'EXEC:sha256sum');

    const answer = await exchange(endpoint, inPieces(data));

    expect(answer.toString()).toMatch(sha256(data));
  });

  it('gets everything that was written before close, and a clean end', async () => {
    const data = payload(8 * MIB);
    const { socat, endpoint } = await startSocatServer(place, 'STDOUT', { flags: ['-u'] });

    const connection = await openForTest(endpoint);
    connection.write(data);
    const summary = await connection.close();

    expect(summary).toMatchObject({ bytesWritten: data.length, bytesDiscarded: 0 });
    expect(summary.error).toBeUndefined();
    const { code, output } = await socat.exit();
    expect({ code, digest: sha256(output) }).toEqual({ code: 0, digest: sha256(data) });
  });

  it('ends its side first and still gets the rest of our upload, with allowHalfOpen', async () => {
    const [theirs, ours] = [payload(MIB), payload(2 * MIB)];
    const { socat, endpoint } = await startSocatServer(place, 'STDIO');
    socat.input(theirs);

    const received = await conversation(
      connect(endpoint, { allowHalfOpen: true }).pipe(
        switchMap((connection) => concat(connection.received, sendAndEnd(connection, inPieces(ours)))),
      ),
    );

    expect(sha256(received)).toBe(sha256(theirs));
    const { code, output } = await socat.exit();
    expect({ code, digest: sha256(output) }).toEqual({ code: 0, digest: sha256(ours) });
  });

  it('never sends a FIN of its own accord (shut-none), and its exit is a clean end', async () => {
    const data = payload(100 * KIB);
    const { socat, endpoint } = await startSocatServer(place, 'STDIO', {
      options: ',shut-none',
      flags: ['-t', '0.2'],
    });
    socat.input(data);

    const received = await conversation(connect(endpoint).pipe(switchMap(({ received }) => received)));

    expect(sha256(received)).toBe(sha256(data));
    expect(await socat.exit()).toMatchObject({ code: 0 });
  });
});

describe.each(places)('socat as the client, over $family', (place) => {
  it('gets 16 MiB echoed unchanged', async () => {
    const data = payload(16 * MIB);
    const server = await startOurServer(place.endpoint(), ({ received }) => received);

    const socat = startSocat(...PATIENT, 'STDIO', place.dialled(server.endpoint)).input(data);
    const { code, output } = await socat.exit();

    expect({ code, digest: sha256(output) }).toEqual({ code: 0, digest: sha256(data) });
    const { summary, error } = await server.outcome();
    expect(error).toBeUndefined();
    expect(summary).toMatchObject({ bytesRead: data.length, bytesWritten: data.length, bytesDiscarded: 0 });
  });

  it('gets the answer that we computed after its FIN (shut-down)', async () => {
    const data = payload(MIB);
    const server = await startOurServer(place.endpoint(), digestAfterFin);

    const socat = startSocat(...PATIENT, 'STDIO', `${place.dialled(server.endpoint)},shut-down`).input(data);
    const { code, output } = await socat.exit();

    expect({ code, output: output.toString() }).toEqual({ code: 0, output: sha256(data) });
    expect((await server.outcome()).error).toBeUndefined();
  });

  it.each(['shut-null', 'shut-none', 'shut-close'])(
    'ends without a half-close (%s), and all that it sent is one request with one outcome',
    async (option) => {
      const data = payload(MIB);
      const requests: string[] = [];
      const server = await startOurServer(place.endpoint(), ({ received }) =>
        received.pipe(
          toArray(),
          map((chunks) => sha256(...chunks)),
          tap((digest) => requests.push(digest)),
        ),
      );

      const dialled = `${place.dialled(server.endpoint)},${option}`;
      const socat = startSocat('-t', '0.2', 'STDIO', dialled).input(data);
      expect(await socat.exit()).toMatchObject({ output: Buffer.alloc(0) });
      const { summary } = await server.outcome();

      expect(summary.bytesRead).toBe(data.length);
      expect(requests).toEqual([sha256(data)]);
      await server.stop();
      expect(server.outcomes).toHaveLength(1);
    },
  );

  it('gets everything that was written before the server is stopped, and a clean end', async () => {
    const greeting = payload(8 * MIB);
    const begun = new ReplaySubject<string>(1);
    const server = await startOurServer(place.endpoint(), (connection) => {
      connection.write(greeting);
      begun.next(connection.id);
      return NEVER;
    });
    const socat = startSocat('STDIO', place.dialled(server.endpoint));

    await within('the connection of socat', begun);
    const summary = await server.stop();

    const { code, output } = await socat.exit();
    expect({ code, digest: sha256(output) }).toEqual({ code: 0, digest: sha256(greeting) });
    expect(summary).toEqual({ drained: 1, forced: 0, lost: 0, refused: 0, bytesDiscarded: 0 });
  });
});

describe('a socat that is killed', () => {
  it.each(places.filter(({ family }) => family.startsWith('TCP')))(
    'resets with linger=0, and our client gets ERR_CONNECTION_RESET, over $family',
    async (place) => {
      const { socat, endpoint } = await startSocatServer(place, 'EXEC:cat', { options: ',linger=0' });
      const echoed: string[] = [];

      const failure = await failureOf(
        connect(endpoint).pipe(
          switchMap((connection) => merge(connection.send(concat(['hello'], NEVER)), connection.received)),
          tap((chunk) => {
            echoed.push(chunk.toString());
            void socat.kill();
          }),
        ),
      );

      expect(echoed).toEqual(['hello']);
      expect(failure).toMatchObject({ code: 'ERR_CONNECTION_RESET', phase: 'read', endpoint });
    },
  );

  it('leaves a Unix socket file behind, which our server replaces', async () => {
    const path = join(freshDirectory(), 'theirs');
    const stale = startSocat(`UNIX-LISTEN:${path}`, 'STDIO');
    await stale.report(/listening on AF=1/u);
    await stale.kill();

    const server = await startOurServer(`unix:${path}`, ({ received }) => received);
    const { output } = await startSocat(...PATIENT, 'STDIO', `UNIX-CONNECT:${path}`)
      .input('new')
      .exit();

    expect(output.toString()).toBe('new');
    expect(server.endpoint).toBe(`unix:${path}`);
  });
});
