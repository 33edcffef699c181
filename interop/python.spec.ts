import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  concat,
  filter,
  finalize,
  firstValueFrom,
  ignoreElements,
  interval,
  map,
  merge,
  mergeMap,
  NEVER,
  ReplaySubject,
  retry,
  Subject,
  Subscription,
  switchMap,
  take,
  tap,
  timer,
  type Observable,
  type ObservableInput,
} from 'rxjs';
import { backoff, connect, TransportError, type Bytes, type Connection } from '../src/index.ts';
import { atTestEnd } from './at-test-end.ts';
import { failureOf } from './failure-of.ts';
import { PYTHON, requireProgram, startPython, type ForeignProcess } from './foreign-process.ts';
import { freshDirectory } from './fresh-directory.ts';
import { watchMemoryGrowth } from './memory-growth.ts';
import { conversation, exchange, inPieces, openForTest } from './our-client.ts';
import { digestAfterFin, startOurServer } from './our-server.ts';
import { KIB, MIB, payload, sha256 } from './payload.ts';
import { within } from './within.ts';

requireProgram(PYTHON);

const places = [
  { family: 'TCP4', endpoint: () => '127.0.0.1:0' },
  { family: 'TCP6', endpoint: () => '[::1]:0' },
  { family: 'a Unix socket', endpoint: () => `unix:${join(freshDirectory(), 'socket')}` },
];

/** Starts a Python server and waits until it has told where it listens. */
async function startPythonServer(
  program: string,
  ...args: readonly string[]
): Promise<{ readonly python: ForeignProcess; readonly endpoint: string }> {
  const python = startPython(program, ...args);
  const [, endpoint = ''] = await python.report(/^listening on (.+)$/u);
  return { python, endpoint };
}

describe.each(places)('a Python client, over $family', ({ endpoint }) => {
  it('half-closes and then reads the answer that we computed after its FIN', async () => {
    const request = payload(2 * MIB);
    const server = await startOurServer(endpoint(), digestAfterFin);

    const { code, output } = await startPython('half_close_client.py', server.endpoint).input(request).exit();

    expect({ code, output: output.toString() }).toEqual({ code: 0, output: sha256(request) });
    const { summary, error } = await server.outcome();
    expect(error).toBeUndefined();
    expect(summary).toMatchObject({ bytesRead: request.length, bytesWritten: 64, bytesDiscarded: 0 });
  });

  it('gets everything that was written before the server is stopped, and a clean end', async () => {
    const greeting = payload(8 * MIB);
    const begun = new ReplaySubject<string>(1);
    const server = await startOurServer(endpoint(), (connection) => {
      connection.write(greeting);
      begun.next(connection.id);
      return NEVER;
    });
    const python = startPython('half_close_client.py', server.endpoint).input();

    await within('the connection of Python', begun);
    const summary = await server.stop();

    const { code, output } = await python.exit();
    expect({ code, digest: sha256(output) }).toEqual({ code: 0, digest: sha256(greeting) });
    expect(summary).toEqual({ drained: 1, forced: 0, lost: 0, refused: 0, bytesDiscarded: 0 });
  });
});

describe('a Python client that resets', () => {
  /** Acknowledges with one byte when so many have come. */
  function acknowledgeAt(size: number): (connection: Connection) => Observable<Bytes> {
    return ({ received }) => {
      let seen = 0;
      return received.pipe(
        mergeMap((chunk) => {
          const before = seen;
          seen += chunk.length;
          return before < size && seen >= size ? ['!'] : [];
        }),
      );
    };
  }

  const afterReset = new Subject<string>();

  it.each([
    { moment: 'before any data', handler: acknowledgeAt(0), leastRead: 0 },
    { moment: 'in mid-data', handler: acknowledgeAt(3 * MIB), leastRead: 3 * MIB },
    { moment: 'after data', handler: acknowledgeAt(MIB), leastRead: MIB },
    {
      moment: 'after FIN',
      handler: ({ received }: Connection) => concat(received.pipe(ignoreElements()), ['!'], afterReset),
      leastRead: MIB,
    },
  ])(
    'is one failed outcome, which no other connection notices: $moment',
    async ({ moment, handler, leastRead }) => {
      let arrivals = 0;
      const server = await startOurServer('127.0.0.1:0', (connection) => {
        arrivals += 1;
        return arrivals === 2 ? handler(connection) : connection.received;
      });
      const neighbour = await openForTest(server.endpoint);

      const python = startPython('reset_client.py', server.endpoint, moment);
      await python.report(/^reset$/u);
      afterReset.next('too late');
      const { error, summary } = await server.outcome();

      expect(error).toMatchObject({ code: 'ERR_CONNECTION_RESET' });
      expect(summary.error).toBe(error);
      expect(summary.bytesRead).toBeGreaterThanOrEqual(leastRead);
      neighbour.write('still here');
      expect(String(await within('the echo', neighbour.received))).toBe('still here');
      expect(String(await exchange(server.endpoint, ['newcomer']))).toBe('newcomer');
      expect((await neighbour.close()).error).toBeUndefined();
      await server.outcome(2);
      await server.stop();
      expect(server.outcomes.map((outcome) => outcome.error?.code)).toEqual([
        'ERR_CONNECTION_RESET',
        undefined,
        undefined,
      ]);
    },
  );
});

describe('256 MiB and a bounded memory', () => {
  const SIZE = 256 * MIB;
  const BOUND = 128 * MIB;
  const LONG = 30_000;

  it('are uploaded by Python and read through received', async () => {
    const server = await startOurServer('127.0.0.1:0', digestAfterFin);
    const grown = watchMemoryGrowth();

    const python = startPython('upload_client.py', server.endpoint, String(SIZE / MIB));
    const [, sent] = await python.report(/^sent (\w+)$/u, LONG);
    const [, answer] = await python.report(/^answer (\w+)$/u, LONG);

    expect(answer).toBe(sent);
    expect((await server.outcome()).summary).toMatchObject({ bytesRead: SIZE, bytesDiscarded: 0 });
    expect(grown()).toBeLessThan(BOUND);
  });

  it('are uploaded by Python to a slow consumer, and hold() makes Python wait', async () => {
    const stalled = new Subject<void>();
    let seen = 0;
    let held = 0;
    let seenWhileHeld = 0;
    const holdUntil = (connection: Connection, release: Observable<unknown>): void => {
      const hold = connection.hold();
      held += 1;
      release.pipe(take(1)).subscribe(() => {
        held -= 1;
        hold.unsubscribe();
      });
    };
    const server = await startOurServer('127.0.0.1:0', (connection) => {
      holdUntil(connection, stalled);
      const slowly = connection.received.pipe(
        tap((chunk) => {
          if (held > 0) seenWhileHeld += chunk.length;
          const isPast = Math.floor(seen / (8 * MIB)) < Math.floor((seen + chunk.length) / (8 * MIB));
          seen += chunk.length;
          if (isPast) holdUntil(connection, timer(10));
        }),
      );
      return digestAfterFin({ received: slowly });
    });
    const grown = watchMemoryGrowth();

    const python = startPython('upload_client.py', server.endpoint, String(SIZE / MIB));
    const [, stalledAfter] = await python.report(/^stalled after (\d+) MiB$/u);
    expect(seen).toBe(0);
    stalled.next();
    const [, sent] = await python.report(/^sent (\w+)$/u, LONG);
    const [, answer] = await python.report(/^answer (\w+)$/u, LONG);

    expect(answer).toBe(sent);
    expect(Number(stalledAfter) * MIB).toBeLessThan(BOUND);
    expect({ seen, seenWhileHeld }).toEqual({ seen: SIZE, seenWhileHeld: 0 });
    expect(grown()).toBeLessThan(BOUND);
  });

  it('are downloaded by Python from an async iterable, which is pulled as slowly as Python reads', async () => {
    const hash = createHash('sha256');
    const noise = payload(256 * KIB);
    let pulled = 0;
    async function* download(): AsyncGenerator<Buffer> {
      while (pulled < SIZE) {
        const block = Buffer.from(noise);
        block.writeUInt32BE(pulled / block.length);
        hash.update(block);
        pulled += block.length;
        yield await Promise.resolve(block);
      }
    }
    const accepted = new ReplaySubject<Connection>(1);
    const server = await startOurServer('127.0.0.1:0', (connection) => {
      accepted.next(connection);
      return download();
    });
    const grown = watchMemoryGrowth();

    const python = startPython('download_client.py', server.endpoint);
    const { congested } = await within('the connection of Python', accepted);
    const standstill = congested.pipe(switchMap((isCongested) => (isCongested ? timer(300) : NEVER)));
    await within('a standstill', standstill);
    expect(pulled).toBeLessThan(BOUND);
    python.input();
    const [, size, digest] = await python.report(/^received (\d+) (\w+)$/u, LONG);

    expect({ size, digest }).toEqual({ size: String(SIZE), digest: hash.digest('hex') });
    const { summary, error } = await server.outcome();
    expect(error).toBeUndefined();
    expect(summary).toMatchObject({ bytesWritten: SIZE, bytesDiscarded: 0 });
    expect(grown()).toBeLessThan(BOUND);
  });
});

describe.each(places)('a Python server, over $family', ({ endpoint: place }) => {
  it('gets everything that was written before close, and a clean end', async () => {
    const data = payload(8 * MIB);
    const { python, endpoint } = await startPythonServer('sink_server.py', place());

    const connection = await openForTest(endpoint);
    connection.write(data);
    const summary = await connection.close();

    expect(summary).toMatchObject({ bytesWritten: data.length, bytesDiscarded: 0 });
    expect(summary.error).toBeUndefined();
    const [, received] = await python.report(/^received (.+)$/u);
    expect(received).toBe(`${data.length} ${sha256(data)} then a clean end`);
  });

  it('gets everything that was sent before the subscription to connect ends, and a clean end', async () => {
    const data = payload(8 * MIB);
    const { python, endpoint } = await startPythonServer('sink_server.py', place());

    const sent = connect(endpoint).pipe(
      switchMap((connection) => concat(connection.send(inPieces(data)), ['sent'])),
    );
    await within('the end of send', sent);

    const [, received] = await python.report(/^received (.+)$/u);
    expect(received).toBe(`${data.length} ${sha256(data)} then a clean end`);
  });

  it('ends first, and what was written by then is flushed', async () => {
    const data = payload(8 * MIB);
    const { python, endpoint } = await startPythonServer('ends_first_server.py', place(), '1');

    const received = await conversation(
      connect(endpoint).pipe(
        tap((connection) => connection.write(data)),
        switchMap((connection) => connection.received),
      ),
    );

    expect(String(received)).toBe('hello');
    await python.report(new RegExp(`^connection 1 had ${data.length} bytes and a clean end$`, 'u'));
  });

  const neverEnding: readonly { readonly source: string; make(): ObservableInput<Bytes> }[] = [
    { source: 'a silent Observable', make: () => NEVER },
    { source: 'a ticking Observable', make: () => interval(1).pipe(map(() => 'tick')) },
    { source: 'an async generator', make: ticks },
  ];

  it.each(neverEnding)(
    'ends first three times, and $source is sent anew by each redial',
    async ({ make }) => {
      const codes: unknown[] = [];
      let dialled = 0;
      let stopped = 0;
      const greeted = new ReplaySubject<number>();
      const waits = backoff({ initial: 1 });
      const { python, endpoint } = await startPythonServer('ends_first_server.py', place(), '3');

      const client = connect(endpoint)
        .pipe(
          switchMap((connection) => {
            dialled += 1;
            const sent = connection.send(make()).pipe(
              finalize(() => {
                stopped += 1;
              }),
            );
            return merge(sent, connection.received.pipe(map(() => dialled)));
          }),
          retry({
            delay: (error: unknown, count) => {
              codes.push(TransportError.is(error) ? error.code : error);
              return waits(error, count);
            },
          }),
        )
        .subscribe(greeted);
      atTestEnd(() => {
        client.unsubscribe();
      });
      await within('the greeting of the fourth connection', greeted.pipe(filter((number) => number === 4)));
      expect({ codes, stopped }).toEqual({ codes: Array(3).fill('ERR_PEER_ENDED'), stopped: 3 });
      client.unsubscribe();

      expect({ dialled, stopped }).toEqual({ dialled: 4, stopped: 4 });
      for (const number of [1, 2, 3, 4]) {
        await python.report(new RegExp(`^connection ${number} had \\d+ bytes and a clean end$`, 'u'));
      }
    },
  );

  it('closes at once, and a client with nothing to say completes', async () => {
    const { endpoint } = await startPythonServer('close_at_once_server.py', place());

    const received = await conversation(connect(endpoint).pipe(switchMap(({ received }) => received)));

    expect(received).toHaveLength(0);
  });

  it('closes at once, and a client that waits to say something errors with ERR_PEER_ENDED', async () => {
    const { endpoint } = await startPythonServer('close_at_once_server.py', place());

    const failure = await failureOf(
      connect(endpoint).pipe(switchMap((connection) => connection.send(NEVER))),
    );

    expect(failure).toMatchObject({ code: 'ERR_PEER_ENDED', phase: 'write', endpoint });
  });

  it('closes at once, and a client that keeps talking redials each time', async () => {
    const codes = new Set<unknown>();
    const { python, endpoint } = await startPythonServer('close_at_once_server.py', place());

    const client = connect(endpoint)
      .pipe(
        switchMap((connection) => connection.send(ticks())),
        retry({
          delay: (error: unknown) => {
            codes.add(TransportError.is(error) ? error.code : error);
            return timer(1);
          },
        }),
      )
      .subscribe();
    atTestEnd(() => {
      client.unsubscribe();
    });
    await python.report(/^closed connection 20$/u);
    client.unsubscribe();

    // A tick that meets the closed socket is answered with RST, which may overtake our reading of the FIN.
    for (const code of codes) expect(['ERR_PEER_ENDED', 'ERR_CONNECTION_RESET']).toContain(code);
    expect(codes.size).toBeGreaterThan(0);
  });
});

async function* ticks(): AsyncGenerator<string> {
  for (;;) yield await firstValueFrom(timer(1).pipe(map(() => 'tick')));
}

describe.each(places.filter(({ family }) => family.startsWith('TCP')))(
  'a Python server that resets in mid-stream, over $family',
  ({ endpoint: place }) => {
    // As much as a socket takes whose owner does not read.
    const UNREAD = 32 * KIB;

    /** What was received, byte for byte, and the error that came after it. */
    async function lossOf({
      received,
    }: Connection): Promise<{ readonly all: Buffer; readonly code: string }> {
      const chunks: Buffer[] = [];
      const { code } = await failureOf(received.pipe(tap((chunk) => chunks.push(chunk))));
      return { all: Buffer.concat(chunks), code };
    }

    it('has every byte delivered before the error', async () => {
      const { python, endpoint } = await startPythonServer('reset_server.py', place(), String(4 * MIB));

      const connection = await openForTest(endpoint);
      connection.write('?');
      const { all, code } = await lossOf(connection);

      const [, size, digest] = await python.report(/^reset after (\d+) (\w+)$/u);
      expect({ code, size: String(all.length), digest: sha256(all) }).toEqual({
        code: 'ERR_CONNECTION_RESET',
        size,
        digest,
      });
    });

    it.each<{ readonly reader: string; hold(connection: Connection): Subscription }>([
      { reader: 'a reader that subscribes only after the reset', hold: () => new Subscription() },
      { reader: 'a reader that holds until after the reset', hold: (connection) => connection.hold() },
    ])('has every byte delivered before the error, to $reader', async ({ hold }) => {
      const { python, endpoint } = await startPythonServer('reset_server.py', place(), String(UNREAD));

      const connection = await openForTest(endpoint);
      const held = hold(connection);
      connection.write('?');
      const [, size, digest] = await python.report(/^reset after (\d+) (\w+)$/u);
      const loss = lossOf(connection);
      held.unsubscribe();
      const { all, code } = await loss;

      expect({ code, size: String(all.length), digest: sha256(all) }).toEqual({
        code: 'ERR_CONNECTION_RESET',
        size,
        digest,
      });
      expect(await connection.close()).toMatchObject({ bytesRead: UNREAD, error: { code } });
    });

    it('fails the send that is under way, and every byte is there for a later reader before the error', async () => {
      const { python, endpoint } = await startPythonServer('reset_server.py', place(), String(UNREAD));

      const connection = await openForTest(endpoint);
      const failure = await failureOf(connection.send(concat(['?'], NEVER)));
      const { all, code } = await lossOf(connection);

      const [, size, digest] = await python.report(/^reset after (\d+) (\w+)$/u);
      expect(failure).toMatchObject({ code: 'ERR_CONNECTION_RESET', endpoint });
      expect({ code, size: String(all.length), digest: sha256(all) }).toEqual({
        code: 'ERR_CONNECTION_RESET',
        size,
        digest,
      });
    });
  },
);

describe('a Python server that ignores our end', () => {
  const CLOSE_TIMEOUT = 200;

  it('has read everything, and is reset at closeTimeout', async () => {
    const { python, endpoint } = await startPythonServer('deaf_server.py', 'reads');
    const connection = await openForTest(endpoint, { closeTimeout: CLOSE_TIMEOUT });
    connection.write('hello');

    const closing = connection.close();
    await python.report(/^ignores the end after 5$/u);
    const summary = await closing;

    expect(summary).toMatchObject({ bytesDiscarded: 0, error: { code: 'ERR_CLOSE_TIMEOUT' } });
    expect(summary.duration).toBeGreaterThanOrEqual(CLOSE_TIMEOUT);
    const [, error] = await python.report(/^lost with (\w+)$/u);
    // Linux names a reset EPIPE to a socket that has had a FIN before (tcp_reset, TCP_CLOSE_WAIT).
    expect(error).toBe('EPIPE');
  });

  it('has read nothing, and sees ECONNRESET at closeTimeout', async () => {
    const data = payload(16 * MIB);
    const { python, endpoint } = await startPythonServer('deaf_server.py', 'never-reads');
    const connection = await openForTest(endpoint, { closeTimeout: CLOSE_TIMEOUT });
    connection.write(data);

    const { bytesWritten, bytesDiscarded, error, duration } = await connection.close();

    expect(error).toMatchObject({ code: 'ERR_CLOSE_TIMEOUT', endpoint });
    expect(bytesDiscarded).toBeGreaterThan(0);
    expect(bytesWritten + bytesDiscarded).toBe(data.length);
    expect(duration).toBeGreaterThanOrEqual(CLOSE_TIMEOUT);
    await python.report(/^lost with ECONNRESET$/u);
  });
});
