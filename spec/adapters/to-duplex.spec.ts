import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { finished, PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { firstValueFrom } from 'rxjs';
import { toDuplex } from '../../src/index.ts';
import { acceptedWithPeer, closeOf, dialledWithPeer, drain } from '../loopback.ts';
import { record, settled, wire } from '../wire.ts';

describe('toDuplex', () => {
  it('pipes megabytes both ways, and FIN both ways', async () => {
    const [connection, peer] = await dialledWithPeer({ allowHalfOpen: true });
    const bytes = randomBytes(8 * 1024 * 1024);
    const hash = createHash('sha256');
    peer.pipe(peer);
    await pipeline(
      Readable.from([bytes.subarray(0, 1_000_000), bytes.subarray(1_000_000)], { objectMode: false }),
      toDuplex(connection),
      hash,
    );
    expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect((await firstValueFrom(connection.closed)).error).toBeUndefined();
  });

  it('reads no more than a little ahead before it is read, and holds the connection while its buffer is full (rule 13)', async () => {
    const [connection, peer] = await acceptedWithPeer();
    const duplex = toDuplex(connection);
    peer.end(Buffer.alloc(8 * 1024 * 1024));
    await settled();
    expect((await firstValueFrom(connection.traffic)).bytesRead).toBeLessThanOrEqual(128 * 1024);
    duplex.read(0);
    await settled();
    expect(peer.writableLength).toBeGreaterThan(0);
    let size = 0;
    for await (const chunk of duplex) size += (chunk as Buffer).length;
    expect(size).toBe(8 * 1024 * 1024);
  });

  it('takes nothing more from the connection while its buffer is full (rule 13)', async () => {
    const { connection, say } = wire();
    const duplex = toDuplex(connection).on('error', () => undefined);
    duplex.read(0);
    say('a'.repeat(100_000));
    await settled();
    say('b'.repeat(100_000));
    await settled();
    expect(duplex.readableLength).toBe(100_000);
    // All that there is, or since Node 26 one chunk.
    const chunks = [String(duplex.read()), String(duplex.read() ?? '')];
    expect(chunks.join('')).toHaveLength(200_000);
  });

  it('calls back a write when there is room for the next one (rule 13)', async () => {
    const { connection, stall, flow, written } = wire();
    const duplex = toDuplex(connection).on('error', () => undefined);
    const done: string[] = [];
    stall();
    for (const word of ['a', 'b'.repeat(100_000), 'c']) duplex.write(word, () => done.push(word.slice(0, 1)));
    await settled();
    expect(done).toEqual(['a']);
    flow();
    await settled();
    expect([done, written().length]).toEqual([['a', 'b', 'c'], 100_002]);
  });

  it('stays writable after the end of the peer of an accepted connection (rule 12)', async () => {
    const { connection, say, fin, written, ended } = wire();
    const duplex = toDuplex(connection);
    say('question');
    fin();
    duplex.resume();
    await once(duplex, 'end');
    await settled();
    await settled();
    duplex.end('answer');
    await settled();
    expect([written(), ended()]).toEqual(['answer', true]);
  });

  it('can be read to its end on a dialled connection, and fails what is written after that (rule 12)', async () => {
    const { connection, say, fin } = wire({ role: 'dialled' });
    const duplex = toDuplex(connection);
    say('all');
    fin();
    let text = '';
    for await (const chunk of Readable.from(duplex)) text += String(chunk);
    expect(text).toBe('all');
    const { connection: other, fin: end } = wire({ role: 'dialled' });
    const writing = toDuplex(other);
    writing.resume();
    end();
    await settled();
    const failed = once(writing, 'error');
    writing.write('too late');
    expect(await failed).toMatchObject([
      { code: expect.stringMatching(/ERR_PEER_ENDED|ERR_STREAM_DESTROYED/u) as string },
    ]);
  });

  it('gives all that the peer said before it ended, to who still writes (rule 12)', async () => {
    const { connection, say, fin, stall } = wire({ role: 'dialled' });
    const duplex = toDuplex(connection);
    const chunks: string[] = [];
    const failed = once(duplex, 'error');
    stall();
    duplex.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
    duplex.write('x'.repeat(100_000));
    duplex.write('still uploading');
    duplex.pause();
    say('413 too large');
    await settled();
    fin();
    await settled();
    duplex.resume();
    expect(await failed).toMatchObject([{ code: 'ERR_PEER_ENDED' }]);
    expect(chunks).toEqual(['413 too large']);
  });

  it('finishes although the peer has ended before everything was taken', async () => {
    const { connection, fin, stall, flow, written } = wire({ role: 'dialled' });
    stall();
    connection.write('x'.repeat(100_000));
    const duplex = toDuplex(connection);
    duplex.resume();
    const finish = once(duplex, 'finish');
    duplex.end();
    await settled();
    fin();
    await settled();
    flow();
    await finish;
    expect(written()).toHaveLength(100_000);
  });

  it('is destroyed with the error that the connection is lost with', async () => {
    const [connection, peer] = await acceptedWithPeer();
    const duplex = toDuplex(connection);
    duplex.resume();
    const failed = once(duplex, 'error');
    peer.resetAndDestroy();
    expect(await failed).toMatchObject([{ code: 'ERR_CONNECTION_RESET' }]);
  });

  it('is destroyed by a loss although nobody reads or writes', async () => {
    const { connection, fail } = wire();
    const failed = once(toDuplex(connection), 'error');
    fail('ECONNRESET');
    expect(await failed).toMatchObject([{ code: 'ERR_CONNECTION_RESET' }]);
  });

  it('finishes on a connection that was ended before', async () => {
    const { connection } = wire();
    const duplex = toDuplex(connection).on('error', () => undefined);
    connection.end();
    await settled();
    const finish = once(duplex, 'finish');
    duplex.end();
    await finish;
    expect(duplex.errored).toBeNull();
  });

  it('fails a write on a connection that was closed', async () => {
    const { connection } = wire();
    const duplex = toDuplex(connection);
    connection.end();
    const failed = once(duplex, 'error');
    duplex.write('x');
    expect(await failed).toMatchObject([{ code: 'ERR_CLOSED' }]);
  });

  it('closes gracefully when destroyed, and resets when destroyed with an error', async () => {
    const [graceful, gracefulPeer] = await acceptedWithPeer();
    graceful.write('last words');
    const closed = once(toDuplex(graceful).destroy(), 'close');
    gracefulPeer.end();
    expect((await drain(gracefulPeer)).toString()).toBe('last words');
    await closed;

    const [broken, brokenPeer] = await acceptedWithPeer();
    const failing = toDuplex(broken);
    failing.read(0);
    const failed = once(failing, 'error');
    failing.destroy(new Error('mine'));
    expect(await failed).toMatchObject([{ message: 'mine' }]);
    expect(await closeOf(brokenPeer)).toEqual({ error: 'ECONNRESET' });
  });

  it('lets go of the connection when it is destroyed while it holds', async () => {
    const { connection, say, fin } = wire();
    const duplex = toDuplex(connection);
    duplex.read(0);
    say('x'.repeat(100_000));
    await settled();
    duplex.destroy();
    fin();
    await settled();
    expect(record(connection.closed).log).toHaveLength(2);
  });

  it('ends as any stream does: finished() is called back without an error', async () => {
    const { connection, fin, say, ended } = wire();
    const duplex = toDuplex(connection);
    const over = new Promise((resolve) => {
      finished(duplex, resolve);
    });
    duplex.pipe(new PassThrough()).resume();
    duplex.end('bye');
    say('x');
    fin();
    expect(await over).toBeUndefined();
    expect(ended()).toBe(true);
  });
});
