import { once } from 'node:events';
import { PassThrough, type Duplex } from 'node:stream';
import {
  concat,
  defer,
  finalize,
  firstValueFrom,
  lastValueFrom,
  map,
  merge,
  NEVER,
  Subject,
  tap,
  toArray,
  VirtualTimeScheduler,
  type Observable,
} from 'rxjs';
import { plainTraits } from '../../src/connection/stream-traits.ts';
import { fromDuplex, TransportError } from '../../src/index.ts';
import { acceptedWithPeer, closeOf, dialledWithPeer, drain, startServer, dialRaw } from '../loopback.ts';
import { record, settled, wire } from '../wire.ts';

const HOUR = 3_600_000;

describe('half-close of an accepted connection', () => {
  it('keeps the write side open after FIN while a send is active, then ends by itself (rule 12)', async () => {
    const { connection, fin, written, ended } = wire();
    const answer = new Subject<string>();
    const sending = record(merge(connection.send(answer), connection.received));
    fin();
    await settled();
    expect(ended()).toBe(false);
    answer.next('late answer');
    answer.complete();
    await settled();
    expect([written(), ended(), sending.log]).toEqual(['late answer', true, ['complete']]);
    expect((await firstValueFrom(connection.closed)).error).toBeUndefined();
  });

  it('ends by itself when the peer has ended and nobody sends (rule 12)', async () => {
    const { connection, fin, ended } = wire();
    record(connection.received);
    fin();
    await settled();
    expect(ended()).toBe(true);
  });

  it('waits for whoever answers right after a for await', async () => {
    const { connection, say, fin, written } = wire();
    say('question');
    fin();
    for await (const chunk of connection) expect(chunk.toString()).toBe('question');
    await Promise.resolve();
    expect(connection.write('answer')).toBe(true);
    await settled();
    expect(written()).toBe('answer');
  });

  it('delivers a response that is computed after the FIN of a real peer (rule 12)', async () => {
    const [connection, peer] = await acceptedWithPeer();
    const response = connection.received.pipe(
      toArray(),
      map((chunks) => Buffer.concat(chunks).toString().toUpperCase()),
    );
    record(connection.send(response));
    peer.end('computed after fin');
    expect((await drain(peer)).toString()).toBe('COMPUTED AFTER FIN');
  });

  it('ends at FIN when allowHalfOpen is false, and never by itself when it is true (rule 12)', async () => {
    const never = wire({ allowHalfOpen: false });
    const sending = record(merge(never.connection.send(NEVER), never.connection.received));
    never.fin();
    const always = wire({ allowHalfOpen: true });
    record(always.connection.received);
    always.fin();
    await settled();
    expect([sending.log, never.ended(), always.ended()]).toEqual([['ERR_PEER_ENDED'], true, false]);
    expect(always.connection.write('still here')).toBe(true);
  });
});

describe('half-close of a dialled connection', () => {
  it('ends the conversation at FIN: what was written is flushed, an unfinished send errors (rule 12)', async () => {
    const { connection, fin, written, ended } = wire({ role: 'dialled' });
    const [unfinished, finished] = [record(connection.send(NEVER)), record(connection.send(['last words']))];
    record(connection.received);
    fin();
    await settled();
    expect([unfinished.log, finished.log]).toEqual([['ERR_PEER_ENDED'], ['complete']]);
    expect([written(), ended()]).toEqual(['last words', true]);
  });

  it('still takes what is sent in answer to the end itself', async () => {
    const { connection, fin, written } = wire({ role: 'dialled' });
    const { log } = record(concat(connection.received, connection.send(['bye'])));
    fin();
    await settled();
    expect([written(), log]).toEqual(['bye', ['complete']]);
  });

  it('does not count for sent what the kernel did not take, and send errs (rule 11)', async () => {
    const [connection, peer] = await dialledWithPeer({ allowHalfOpen: true });
    const received = lastValueFrom(connection.received, { defaultValue: undefined });
    // FIN first: a reset that comes behind it is seen by the next write alone.
    peer.end();
    await received;
    peer.resetAndDestroy();
    await once(peer, 'close');
    const { log } = record(connection.send(['into nothing']));
    expect(await firstValueFrom(connection.closed)).toMatchObject({
      bytesWritten: 0,
      bytesDiscarded: 12,
      error: { code: 'ERR_CONNECTION_RESET' },
    });
    expect(log).toEqual(['ERR_CONNECTION_RESET']);
  });

  it('closes with the peer although nobody reads or sends, once it is closed', async () => {
    const [connection, peer] = await dialledWithPeer();
    peer.end('never read');
    const summary = await connection.close();
    expect(summary.error).toBeUndefined();
    expect(summary.bytesRead).toBe(10);
  });
});

describe('end', () => {
  it('sends FIN after what was written, once, and reading goes on', async () => {
    const { connection, written, ended, say } = wire();
    connection.write('a');
    connection.end();
    connection.end();
    const { log } = record(connection.received);
    say('b');
    await settled();
    expect([written(), ended(), log]).toEqual(['a', true, ['b']]);
  });
});

describe('close', () => {
  it('flushes, sends FIN, throws away what nobody reads and waits for the peer (rule 2)', async () => {
    const [connection, peer] = await acceptedWithPeer();
    peer.write('never read');
    connection.write('last words');
    const closing = connection.close();
    expect((await drain(peer)).toString()).toBe('last words');
    peer.end();
    expect(await closing).toMatchObject({
      bytesRead: 10,
      bytesWritten: 10,
      bytesDiscarded: 0,
      writesRefused: 0,
    });
  });

  it('loses nothing of 8 MiB to a slow reader within closeTimeout (rule 2)', async () => {
    const size = 8 * 1024 * 1024;
    const [connection, peer] = await acceptedWithPeer({ closeTimeout: 10_000 });
    connection.write(Buffer.alloc(size, 'x'));
    const closing = connection.close();
    let received = 0;
    peer.on('data', (chunk: Buffer) => {
      received += chunk.length;
      peer.pause();
      setImmediate(() => peer.resume());
    });
    await once(peer, 'end');
    peer.end();
    expect([received, (await closing).bytesWritten]).toEqual([size, size]);
  });

  it('lets a reader go on until the peer has ended', async () => {
    const { connection, say, fin } = wire();
    const { log } = record(connection.received);
    void connection.close();
    say('a');
    await settled();
    fin();
    await settled();
    expect(log).toEqual(['a', 'complete']);
  });

  it('refuses a reader that comes too late, and says what may have closed it (rule 4)', async () => {
    const { connection } = wire();
    void connection.close();
    await expect(firstValueFrom(connection.received)).rejects.toMatchObject({
      code: 'ERR_CLOSED',
      message: expect.stringContaining('firstValueFrom(connect(…)) closes what it returns') as string,
    });
  });

  it('resets a peer that hangs when an hour of closeTimeout is over, in virtual time (rule 18)', async () => {
    const scheduler = new VirtualTimeScheduler();
    const { connection, stream } = wire({ scheduler, closeTimeout: HOUR });
    const closing = connection.close();
    await settled();
    expect(stream.destroyed).toBe(false);
    scheduler.flush();
    expect(await closing).toMatchObject({
      duration: HOUR,
      error: { code: 'ERR_CLOSE_TIMEOUT', phase: 'close' },
    });
  });

  it('resets a real peer that hangs at the deadline, in mid-flush (rule 2)', async () => {
    const [connection, peer] = await acceptedWithPeer({ closeTimeout: 20 });
    connection.write(Buffer.alloc(32 * 1024 * 1024));
    const summary = await connection.close();
    expect(summary.error?.code).toBe('ERR_CLOSE_TIMEOUT');
    expect(summary.bytesDiscarded).toBeGreaterThan(0);
    // A peer that did not read may see the reset as an early end, before Node 24; that it is one shows when it answers.
    peer.once('end', () => peer.write('into the void'));
    expect((await closeOf(peer)).error).toMatch(/ECONNRESET|EPIPE/u);
  });

  it('resets a real peer that took everything and does not end', async () => {
    const [connection, peer] = await acceptedWithPeer({ closeTimeout: 20 });
    const closed = closeOf(peer);
    connection.write('x');
    expect((await connection.close()).error?.code).toBe('ERR_CLOSE_TIMEOUT');
    peer.write('into the void');
    expect((await closed).error).toMatch(/ECONNRESET|EPIPE/u);
  });

  it('waits for ever when closeTimeout is Infinity', async () => {
    const scheduler = new VirtualTimeScheduler();
    const { connection, fin } = wire({ scheduler, closeTimeout: Infinity });
    const { log } = record(defer(() => connection.close()));
    scheduler.flush();
    await settled();
    expect(log).toEqual([]);
    fin();
    await settled();
    expect(log).toHaveLength(2);
  });

  it.each(['received', 'send'] as const)(
    'leaves no deadline behind when it is called by whom the loss ends: %s',
    async (side) => {
      const scheduler = new VirtualTimeScheduler();
      const { connection, fail } = wire({ scheduler });
      const { received } = connection;
      const source: Observable<unknown> = side === 'send' ? connection.send(NEVER) : received;
      const { log } = record(source.pipe(finalize(() => void connection.close())));
      fail('ECONNRESET');
      await firstValueFrom(connection.closed);
      expect(log).toEqual(['ERR_CONNECTION_RESET']);
      expect(scheduler.actions.filter(({ closed }) => !closed)).toEqual([]);
    },
  );

  it('settles every time it is called, also twice at once and after it has closed', async () => {
    const { connection, fin } = wire();
    fin();
    const [one, two] = await Promise.all([connection.close(), connection.close()]);
    expect(one).toEqual(two);
    expect(await connection.close()).toEqual(one);
  });

  it('is what await using calls', async () => {
    const { connection, fin, ended } = wire();
    fin();
    await connection[Symbol.asyncDispose]();
    expect(ended()).toBe(true);
  });

  it('ends a reader that holds for ever at the deadline', async () => {
    const scheduler = new VirtualTimeScheduler();
    const { connection, say } = wire({ scheduler });
    const { log } = record(connection.received);
    say('a');
    connection.hold();
    await settled();
    const closing = connection.close();
    scheduler.flush();
    await closing;
    expect(log).toEqual(['ERR_CLOSE_TIMEOUT']);
  });
});

describe('abort', () => {
  it('takes an end that comes of its own reset for none, as TLS on Bun tells of it (rule 8)', async () => {
    const reset = (stream: Duplex): void => {
      stream.push(null);
      stream.once('end', () => stream.destroy());
    };
    const { connection } = wire({ traits: { ...plainTraits, reset } });
    const { log } = record(connection.received);
    connection.abort();
    await settled();
    expect(log).toEqual(['ERR_ABORTED']);
  });

  it('resets the peer at once and gives the reason to everybody', async () => {
    const [connection, peer] = await acceptedWithPeer();
    const { log } = record(connection.received);
    const sending = record(connection.send(NEVER));
    const reason = new TypeError('bad request');
    const closed = closeOf(peer);
    connection.abort(reason);
    expect(await closed).toEqual({ error: 'ECONNRESET' });
    const { error } = await firstValueFrom(connection.closed);
    expect(error).toMatchObject({ code: 'ERR_ABORTED', cause: reason });
    expect(error?.message).toContain('bad request');
    expect([log, sending.log]).toEqual([['ERR_ABORTED'], ['ERR_ABORTED']]);
  });

  it('takes a TransportError as it is, and needs no reason', async () => {
    const reason = new TransportError('ERR_IDLE_TIMEOUT', { phase: 'read' });
    const [first, second] = [wire().connection, wire().connection];
    first.abort(reason);
    second.abort();
    expect((await firstValueFrom(first.closed)).error).toBe(reason);
    expect((await firstValueFrom(second.closed)).error?.code).toBe('ERR_ABORTED');
  });

  it('gives no byte to a reader any more', async () => {
    const { connection, say } = wire();
    const { log } = record(connection.received);
    const held = connection.hold();
    say('a');
    await settled();
    connection.abort();
    held.unsubscribe();
    await settled();
    expect(log).toEqual(['ERR_ABORTED']);
  });

  it.each(['before', 'after'])(
    'never lets a cut stream look whole: bytes before the FIN were thrown away, reader %s the abort (rule 8)',
    async (moment) => {
      const { connection, say, fin } = wire();
      record(connection.send(NEVER));
      say('important');
      fin();
      await settled();
      connection.hold();
      const reader = moment === 'before' ? record(connection.received) : undefined;
      connection.abort();
      const { log } = reader ?? record(connection.received);
      await settled();
      expect(log).toEqual(['ERR_ABORTED']);
    },
  );

  it('works from within next, for the chunks that wait as well', async () => {
    const { connection, say } = wire();
    record(connection.send(NEVER));
    say('a');
    await settled();
    say('b');
    await settled();
    const seen: string[] = [];
    connection.received.subscribe({
      next: (chunk) => {
        seen.push(chunk.toString());
        connection.abort();
      },
      error: (error: unknown) => seen.push(TransportError.is(error) ? error.code : ''),
    });
    await settled();
    expect(seen).toEqual(['a', 'ERR_ABORTED']);
  });

  it('right after end does not leave the socket open', async () => {
    const [connection, peer] = await acceptedWithPeer();
    connection.write('x');
    connection.end();
    connection.abort();
    expect((await firstValueFrom(connection.closed)).error?.code).toBe('ERR_ABORTED');
    expect((await drain(peer)).toString()).toBe('x');
  });

  it.each(['abort', 'close'] as const)(
    'ends a reader that holds after a loss, by %s (rules 2 and 11)',
    async (ending) => {
      const scheduler = new VirtualTimeScheduler();
      const { connection, say, fail } = wire({ scheduler });
      const { log } = record(connection.received.pipe(tap(() => connection.hold())));
      say('a');
      await settled();
      say('b');
      await settled();
      fail('ECONNRESET');
      await settled();
      expect(log).toEqual(['a']);
      const ended = ending === 'abort' ? firstValueFrom(connection.closed) : connection.close();
      if (ending === 'abort') connection.abort();
      scheduler.flush();
      expect((await ended).error?.code).toBe('ERR_CONNECTION_RESET');
      expect(log).toEqual(['a', 'ERR_CONNECTION_RESET']);
    },
  );

  it('is not taken for a clean end when the end was due in the same tick', async () => {
    const { connection, say, fin } = wire();
    const { log } = record(connection.received);
    connection.hold();
    say('a');
    fin();
    connection.abort();
    await settled();
    expect(log).toEqual(['ERR_ABORTED']);
  });

  it('changes nothing after close', async () => {
    const { connection, fin } = wire();
    fin();
    const summary = await connection.close();
    connection.abort();
    expect(await firstValueFrom(connection.closed)).toEqual(summary);
  });
});

describe('closed', () => {
  it('has the error that a stream reported before its end, and received has it as well (rule 8)', async () => {
    const stream = new PassThrough({ autoDestroy: false });
    const connection = fromDuplex(stream);
    const { log } = record(connection.received);
    stream.write('before');
    await settled();
    stream.emit(
      'error',
      Object.assign(new Error('alert'), { code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' }),
    );
    stream.end();
    expect((await firstValueFrom(connection.closed)).error).toMatchObject({
      code: 'ERR_CERTIFICATE_REQUIRED',
    });
    expect(log).toEqual(['before', 'ERR_CERTIFICATE_REQUIRED']);
  });

  it('says no negative duration when the wall clock is set back meanwhile', async () => {
    const scheduler = new VirtualTimeScheduler();
    scheduler.frame = HOUR;
    const [connection, peer] = await acceptedWithPeer({ scheduler });
    scheduler.frame = 0;
    peer.end();
    expect(await connection.close()).toMatchObject({ duration: 0 });
  });

  it('counts what went through, both ways, and the time of the scheduler', async () => {
    const scheduler = new VirtualTimeScheduler();
    const { connection, say, fin } = wire({ scheduler });
    record(connection.received);
    say('abc');
    connection.write('12345');
    fin();
    expect(await firstValueFrom(connection.closed)).toEqual({
      bytesRead: 3,
      bytesWritten: 5,
      bytesDiscarded: 0,
      writesRefused: 0,
      duration: 0,
    });
  });

  it('has the error that the connection was lost with', async () => {
    const [connection, peer] = await acceptedWithPeer();
    const { log } = record(connection.received);
    peer.resetAndDestroy();
    expect((await firstValueFrom(connection.closed)).error).toMatchObject({
      code: 'ERR_CONNECTION_RESET',
      phase: 'read',
      connectionId: connection.id,
    });
    expect(log).toEqual(['ERR_CONNECTION_RESET']);
  });

  it('has an error although the reset came before the data was read, and Node reports a clean end (rule 8)', async () => {
    const [connection, peer] = await acceptedWithPeer();
    await new Promise((resolve) => peer.write('partial', resolve));
    peer.resetAndDestroy();
    await closeOf(peer);
    const { log } = record(connection.received);
    expect((await firstValueFrom(connection.closed)).error?.code).toBe('ERR_CONNECTION_RESET');
    expect(log).toEqual(['partial', 'ERR_CONNECTION_RESET']);
  });

  it('has no error when the peer ended cleanly before the data was read', async () => {
    const [connection, peer] = await acceptedWithPeer();
    await new Promise<void>((resolve) => peer.end('whole', resolve));
    const { log } = record(connection.received);
    expect((await firstValueFrom(connection.closed)).error).toBeUndefined();
    expect(log).toEqual(['whole', 'complete']);
  });

  it('calls a stream lost that closes without an end, or with bytes left over', async () => {
    const silent = wire();
    silent.stream.destroy();
    const leftOver = wire();
    leftOver.stall();
    record(leftOver.connection.received);
    const sending = record(leftOver.connection.send(['x']));
    leftOver.fin();
    await settled();
    leftOver.stream.destroy();
    const summaries = await Promise.all(
      [silent, leftOver].map(({ connection }) => firstValueFrom(connection.closed)),
    );
    expect(summaries.map(({ error }) => error?.code)).toEqual([
      'ERR_CONNECTION_RESET',
      'ERR_CONNECTION_RESET',
    ]);
    expect(summaries[1]?.bytesDiscarded).toBe(1);
    expect(sending.log).toEqual(['ERR_CONNECTION_RESET']);
  });

  it('waits for a reader that has not taken yet what came before the loss (rule 8)', async () => {
    const { connection, say, fail } = wire();
    const reader = record(connection.received);
    const held = connection.hold();
    say('a');
    fail('ECONNRESET');
    await settled();
    const closed = record(connection.closed);
    expect(closed.log).toEqual([]);
    reader.stop();
    expect(closed.log).toHaveLength(2);
    held.unsubscribe();
  });

  it('comes for a stream that does not destroy itself when both sides have ended', async () => {
    const stream = new PassThrough({ autoDestroy: false });
    const connection = fromDuplex(stream);
    connection.end();
    expect((await firstValueFrom(connection.closed)).error).toBeUndefined();
  });

  it('survives an error that comes after the close (rule 17)', async () => {
    const { connection, stream, fin } = wire();
    fin();
    await connection.close();
    expect(() => stream.emit('error', new Error('late'))).not.toThrow();
  });

  it('reaches everybody who waits for it although the end of one of them throws (rule 15)', async () => {
    const { connection, fin } = wire();
    connection.closed
      .pipe(
        finalize(() => {
          throw new TypeError('mine');
        }),
      )
      .subscribe();
    const { log } = record(connection.closed);
    fin();
    await connection.close();
    expect(log).toHaveLength(2);
  });

  it('gives each connection an id of its own', () => {
    expect(new Set([wire(), wire(), wire()].map(({ connection }) => connection.id)).size).toBe(3);
  });
});

describe('a failure of one connection', () => {
  it('never reaches another one or the listener (rule 15)', async () => {
    const { server, accept } = await startServer();
    const [broken, whole] = [await dialRaw(server.endpoint), await dialRaw(server.endpoint)];
    const [brokenConnection, wholeConnection] = [await accept(), await accept()];
    const { log } = record(brokenConnection.received);
    broken.resetAndDestroy();
    await firstValueFrom(brokenConnection.closed);
    record(wholeConnection.send(wholeConnection.received));
    whole.end('alive');
    expect((await drain(whole)).toString()).toBe('alive');
    await dialRaw(server.endpoint);
    await accept();
    expect(log).toEqual(['ERR_CONNECTION_RESET']);
  });
});
