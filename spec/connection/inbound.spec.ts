import {
  concat,
  concatMap,
  finalize,
  firstValueFrom,
  map,
  mergeMap,
  Subscription,
  switchMap,
  take,
  tap,
  toArray,
} from 'rxjs';
import { acceptedWithPeer, closeOf } from '../loopback.ts';
import { record, settled, wire } from '../wire.ts';

describe('received', () => {
  it('reads nothing from the socket before it is subscribed, and loses nothing of it (rule 6)', async () => {
    const [connection, peer] = await acceptedWithPeer();
    const size = 8 * 1024 * 1024;
    peer.end(Buffer.alloc(size, 'x'));
    await settled();
    expect(await firstValueFrom(connection.traffic)).toEqual({ bytesRead: 0, bytesWritten: 0 });
    expect(peer.writableFinished).toBe(false);
    const lengths = await firstValueFrom(
      connection.received.pipe(
        map(({ length }) => length),
        toArray(),
      ),
    );
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(size);
  });

  it('delivers chunks in order and completes on FIN (rule 8)', async () => {
    const { connection, say, fin } = wire();
    const { log } = record(connection.received);
    say('a');
    await settled();
    say('b');
    fin();
    await settled();
    expect(log).toEqual(['a', 'b', 'complete']);
  });

  it('refuses a second subscriber while there is one (rule 7)', async () => {
    const { connection, say } = wire();
    const first = record(connection.received);
    const second = record(connection.received);
    expect(second.log).toEqual(['ERR_ALREADY_READING']);
    say('a');
    await settled();
    expect(first.log).toEqual(['a']);
  });

  it('pauses when unsubscribed, and the next subscriber goes on at the next byte (rule 7)', async () => {
    const { connection, say, fin } = wire();
    say('a');
    const first = record(connection.received.pipe(take(1)));
    await settled();
    say('b');
    await settled();
    say('c');
    fin();
    await settled();
    const second = record(connection.received);
    await settled();
    expect([first.log, second.log]).toEqual([
      ['a', 'complete'],
      ['b', 'c', 'complete'],
    ]);
  });

  it.each([
    ['concat', (received: Received) => concat(received.pipe(take(1)), received)],
    [
      'switchMap',
      (received: Received) =>
        received.pipe(
          take(1),
          switchMap(() => received),
        ),
    ],
    [
      'mergeMap',
      (received: Received) =>
        received.pipe(
          take(1),
          mergeMap(() => received),
        ),
    ],
    [
      'concatMap',
      (received: Received) =>
        received.pipe(
          take(1),
          concatMap(() => received),
        ),
    ],
  ])(
    'lets a reader of the handshake hand over to a reader of the rest by %s (rule 7)',
    async (_, handOver) => {
      const { connection, say, fin } = wire();
      const { log } = record(handOver(connection.received));
      say('handshake');
      await settled();
      say('rest');
      fin();
      await settled();
      expect(log.filter((entry) => entry !== 'handshake')).toEqual(['rest', 'complete']);
    },
  );

  it('refuses whoever subscribes from within next when the reader stays', async () => {
    const { connection, say } = wire();
    const late: string[][] = [];
    const { log } = record(
      connection.received.pipe(
        tap(() => {
          late.push(record(connection.received).log, record(connection.received).log);
        }),
      ),
    );
    say('a');
    await settled();
    expect(log).toEqual(['a']);
    expect(late).toEqual([['ERR_ALREADY_READING'], ['ERR_ALREADY_READING']]);
  });

  it('lets another one come from within next when the first that came has left again (rule 7)', async () => {
    const { connection, say } = wire();
    const logs: string[][] = [];
    const first = connection.received.subscribe((chunk) => {
      connection.received.subscribe().unsubscribe();
      logs.push(record(connection.received).log);
      first.unsubscribe();
      expect(chunk.toString()).toBe('a');
    });
    say('a');
    await settled();
    say('b');
    await settled();
    expect(logs).toEqual([['b']]);
  });

  it('forgets whoever subscribed from within next and left again', async () => {
    const { connection, say } = wire();
    const { log } = record(
      connection.received.pipe(
        take(1),
        tap(() => {
          connection.received.subscribe().unsubscribe();
        }),
      ),
    );
    say('a');
    await settled();
    const next = record(connection.received);
    say('b');
    await settled();
    expect([log, next.log]).toEqual([['a', 'complete'], ['b']]);
  });

  it('completes for a reader that comes after the end, and for the next one too', async () => {
    const { connection, say, fin } = wire();
    say('a');
    fin();
    const first = record(connection.received);
    await settled();
    const second = record(connection.received);
    expect([first.log, second.log]).toEqual([['a', 'complete'], ['complete']]);
  });

  it('lets a reader that subscribes again at complete see complete as well', async () => {
    const { connection, fin } = wire();
    const { log } = record(concat(connection.received, connection.received));
    fin();
    await settled();
    expect(log).toEqual(['complete']);
  });

  it('answers whoever subscribes from within complete', async () => {
    const { connection, fin } = wire();
    const again: string[] = [];
    connection.received.subscribe({
      complete: () => {
        connection.received.subscribe({ complete: () => again.push('complete') });
      },
    });
    fin();
    await settled();
    expect(again).toEqual(['complete']);
  });

  it('delivers every byte before the error (rule 8)', async () => {
    const { connection, say, fail } = wire();
    const { log } = record(connection.received);
    say('a');
    say('b');
    await settled();
    fail('ECONNRESET');
    await settled();
    expect(log).toEqual(['a', 'b', 'ERR_CONNECTION_RESET']);
  });

  it('delivers what the stream had read while it was paused, although the stream was destroyed (rule 8)', async () => {
    const { connection, say, fail } = wire();
    const reader = record(connection.received);
    const held = connection.hold();
    say('a');
    say('b');
    fail('ECONNRESET');
    await settled();
    expect(reader.log).toEqual([]);
    held.unsubscribe();
    await settled();
    expect(reader.log.join('')).toBe('abERR_CONNECTION_RESET');
  });

  it('delivers text as bytes when somebody gave the stream an encoding', async () => {
    const { connection, stream, say } = wire();
    stream.setEncoding('utf8');
    const { log } = record(connection.received);
    say('ü');
    await settled();
    expect(log).toEqual(['ü']);
    expect((await firstValueFrom(connection.traffic)).bytesRead).toBe(2);
  });
});

type Received = ReturnType<typeof wire>['connection']['received'];

describe('hold', () => {
  it('delivers nothing until it is released (rule 13)', async () => {
    const { connection, say } = wire();
    const { log } = record(connection.received);
    const held = connection.hold();
    say('a');
    await settled();
    expect(log).toEqual([]);
    held.unsubscribe();
    await settled();
    expect(log).toEqual(['a']);
  });

  it('stops the stream once 256 KiB wait, and starts it below 128 KiB (rule 13)', async () => {
    const { connection, say, stream } = wire();
    let held = connection.hold();
    let taken = 0;
    const taking = tap<Buffer>((chunk) => {
      taken += chunk.length;
      held = connection.hold();
    });
    record(connection.received.pipe(taking));
    const kibibytes = (count: number): string => 'x'.repeat(count * 1024);
    for (let chunk = 0; chunk < 8; chunk += 1) say(kibibytes(32));
    await settled();
    expect([taken, stream.isPaused()]).toEqual([0, true]);
    for (let chunk = 1; chunk <= 4; chunk += 1) {
      expect(stream.isPaused()).toBe(true);
      held.unsubscribe();
      expect(taken).toBe(chunk * 32 * 1024);
    }
    held.unsubscribe();
    await settled();
    expect([taken, stream.isPaused()]).toEqual([5 * 32 * 1024, false]);
  });

  it('is counted, and each hold is released once', async () => {
    const { connection, say } = wire();
    const { log } = record(connection.received);
    const [first, second] = [connection.hold(), connection.hold()];
    say('a');
    first.unsubscribe();
    first.unsubscribe();
    await settled();
    expect(log).toEqual([]);
    second.unsubscribe();
    await settled();
    expect(log).toEqual(['a']);
  });

  it('works from within next, before the next chunk is delivered', async () => {
    const { connection, say } = wire();
    let held = Subscription.EMPTY;
    const { log } = record(
      connection.received.pipe(
        tap(() => {
          held = connection.hold();
        }),
      ),
    );
    say('a');
    await settled();
    say('b');
    await settled();
    expect(log).toEqual(['a']);
    held.unsubscribe();
    await settled();
    expect(log).toEqual(['a', 'b']);
  });

  it('delays the end only while bytes wait before it', async () => {
    const { connection, say, fail } = wire();
    const { log } = record(connection.received);
    say('a');
    await settled();
    connection.hold();
    fail('ECONNRESET');
    await settled();
    expect(log).toEqual(['a', 'ERR_CONNECTION_RESET']);
  });

  it('makes the peer wait in the kernel', async () => {
    const [connection, peer] = await acceptedWithPeer();
    const held = connection.hold();
    const { log } = record(connection.received.pipe(map(({ length }) => length)));
    peer.write(Buffer.alloc(16 * 1024 * 1024));
    await settled();
    expect(log).toEqual([]);
    expect(peer.writableLength).toBeGreaterThan(0);
    held.unsubscribe();
    peer.end();
    const summary = await firstValueFrom(connection.closed);
    expect(summary.bytesRead).toBe(16 * 1024 * 1024);
  });
});

describe('a reader whose end throws', () => {
  it.each(['fin', 'reset'] as const)('ends only its connection, at %s (rules 15 and 17)', async (at) => {
    const { connection, say, fin, fail } = wire();
    const reading = connection.received.pipe(
      finalize(() => {
        throw new TypeError('mine');
      }),
    );
    reading.subscribe({ error: () => undefined });
    say('a');
    await settled();
    if (at === 'fin') fin();
    if (at === 'reset') fail('ECONNRESET');
    const { error } = await firstValueFrom(connection.closed);
    expect(error?.code).toBe(at === 'reset' ? 'ERR_CONNECTION_RESET' : 'ERR_HANDLER_FAILED');
    const again = record(connection.received);
    expect(again.log).toHaveLength(1);
  });
});

describe('a second reader that is refused and whose end throws', () => {
  it('ends the connection and not the process (rule 17)', async () => {
    const { connection, say } = wire();
    const first = record(
      connection.received.pipe(
        tap(() => {
          connection.received
            .pipe(
              finalize(() => {
                throw new TypeError('mine');
              }),
            )
            .subscribe({ error: () => undefined });
        }),
      ),
    );
    say('a');
    expect((await firstValueFrom(connection.closed)).error?.code).toBe('ERR_HANDLER_FAILED');
    expect(first.log).toEqual(['a', 'ERR_HANDLER_FAILED']);
  });
});

describe('sensing', () => {
  it('notices the end of the peer on a dialled connection that nobody uses (rule 12)', async () => {
    const { connection, say, fin } = wire({ role: 'dialled' });
    say('unread');
    fin();
    expect(await firstValueFrom(connection.closed)).toMatchObject({ bytesRead: 6, bytesDiscarded: 0 });
    expect(record(connection.received).log).toEqual(['unread', 'complete']);
  });

  it('notices the end of the peer after our own end', async () => {
    const { connection, say, fin } = wire();
    connection.end();
    say('answer that nobody reads');
    fin();
    expect((await firstValueFrom(connection.closed)).error).toBeUndefined();
  });

  it('notices the FIN of a peer while somebody sends and nobody reads (rule 12)', async () => {
    const { connection, say, fin, written } = wire({ role: 'dialled' });
    say('greeting');
    const sending = record(connection.send(new Promise<string>(() => undefined)));
    await settled();
    fin();
    await settled();
    expect(sending.log).toEqual(['ERR_PEER_ENDED']);
    expect(written()).toBe('');
  });

  it('keeps what it read ahead for the reader, in order (rule 8)', async () => {
    const { connection, say, fin } = wire();
    const sending = record(connection.send(new Promise<string>(() => undefined)));
    say('a');
    await settled();
    say('b');
    fin();
    await settled();
    expect((await firstValueFrom(connection.traffic)).bytesRead).toBe(2);
    const reader = record(connection.received);
    expect(reader.log).toEqual(['a', 'b', 'complete']);
    expect(sending.log).toEqual([]);
  });

  it('reads ahead no more than its bound', async () => {
    const [connection, peer] = await acceptedWithPeer();
    record(connection.send(new Promise<string>(() => undefined)));
    peer.write(Buffer.alloc(32 * 1024 * 1024));
    await settled();
    await settled();
    const { bytesRead } = await firstValueFrom(connection.traffic);
    expect(bytesRead).toBeGreaterThan(0);
    expect(bytesRead).toBeLessThanOrEqual(128 * 1024);
    peer.resetAndDestroy();
    await closeOf(peer);
  });

  it('stops when the send is over', async () => {
    const { connection, say } = wire();
    const sending = record(connection.send(new Promise<string>(() => undefined)));
    sending.stop();
    say('a');
    await settled();
    expect((await firstValueFrom(connection.traffic)).bytesRead).toBe(0);
  });
});
