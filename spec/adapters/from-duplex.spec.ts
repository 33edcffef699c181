import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectSocket, createServer, type AddressInfo, type Socket } from 'node:net';
import { Duplex, PassThrough } from 'node:stream';
import { concat, defer, delay, firstValueFrom, lastValueFrom, map, toArray } from 'rxjs';
import { fromDuplex, type Connection } from '../../src/index.ts';
import { afterThisSpec } from '../cleanup.ts';
import { drain } from '../loopback.ts';
import { record, settled } from '../wire.ts';

const text = (connection: Connection): Promise<string> =>
  lastValueFrom(
    connection.received.pipe(
      toArray(),
      map((chunks) => Buffer.concat(chunks).toString()),
    ),
  );

/** A child process as one stream: what it prints, and what it is told. */
function stdio(command: string, ...args: readonly string[]): Duplex {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  afterThisSpec(() => child.kill('SIGKILL'));
  return Duplex.from({ readable: child.stdout, writable: child.stdin });
}

describe('fromDuplex', () => {
  it('makes a connection of the stdio of a child process, with half-close', async () => {
    const sort = fromDuplex(stdio('sort'));
    const sorted = concat(
      sort.send(['b\n', 'a\n']),
      defer(() => {
        sort.end();
        return sort.received;
      }),
    ).pipe(
      toArray(),
      map((chunks) => Buffer.concat(chunks).toString()),
    );
    expect(await lastValueFrom(sorted)).toBe('a\nb\n');
    expect(await firstValueFrom(sort.closed)).toMatchObject({ bytesRead: 4, bytesWritten: 4 });
  });

  it('carries megabytes through a child process', async () => {
    const cat = fromDuplex(stdio('cat'));
    const sent = cat.send(Array.from({ length: 64 }, () => Buffer.alloc(65_536, 'x')));
    sent.subscribe({
      complete: () => {
        cat.end();
      },
    });
    expect(await text(cat)).toBe('x'.repeat(64 * 65_536));
  });

  it('sees a child that dies as an end, and closes', async () => {
    const child = spawn('cat');
    const stdio = Duplex.from({ readable: child.stdout, writable: child.stdin });
    // Node's pair of streams does not always close when the child is gone; the deadline is for such streams.
    const connection = fromDuplex(stdio, { closeTimeout: 50 });
    const { log } = record(connection.received);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await connection.close();
    expect(log).toHaveLength(1);
  });

  it('answers after the end of the peer, although the stream would end by itself (rule 12)', async () => {
    const accepted = new Promise<Socket>((resolve) => {
      const netServer = createServer(resolve).listen(0, '127.0.0.1');
      afterThisSpec(() => netServer.close());
      netServer.once('listening', () => {
        const peer = connectSocket((netServer.address() as AddressInfo).port, '127.0.0.1');
        answer = drain(peer).then(String);
        peer.end('question');
      });
    });
    let answer = Promise.resolve('');
    const connection = fromDuplex(await accepted);
    record(
      connection.send(
        connection.received.pipe(
          toArray(),
          delay(20),
          map(() => 'answer'),
        ),
      ),
    );
    expect(await answer).toBe('answer');
  });

  it('names the ends as it is told, and as unnamed otherwise', () => {
    const named = fromDuplex(new PassThrough(), { local: 'here:1', remote: 'there:2' });
    const unnamed = fromDuplex(new PassThrough());
    expect([named.local, named.remote, unnamed.local, unnamed.remote]).toEqual([
      'here:1',
      'there:2',
      'unix:',
      'unix:',
    ]);
    named.abort();
    unnamed.abort();
  });

  it('destroys the stream at abort', async () => {
    const stream = new PassThrough();
    const connection = fromDuplex(stream);
    connection.abort(new Error('enough'));
    await settled();
    expect(stream.destroyed).toBe(true);
    expect((await firstValueFrom(connection.closed)).error?.code).toBe('ERR_ABORTED');
    expect(record(connection.draining).log).toEqual(['complete']);
  });

  it('refuses a stream of objects', () => {
    for (const options of [{ readableObjectMode: true }, { writableObjectMode: true }]) {
      expect(() => fromDuplex(new PassThrough(options), { remote: 'unix:/a' })).toThrow(
        expect.objectContaining({
          code: 'ERR_INVALID_OPTION',
          phase: 'parse',
          endpoint: 'unix:/a',
          detail: expect.stringContaining('objects'),
        }),
      );
    }
  });

  it('refuses a stream that has ended or was destroyed', () => {
    const ended = new PassThrough().end();
    const destroyed = new PassThrough().destroy();
    for (const stream of [ended, destroyed]) {
      expect(() => fromDuplex(stream, { remote: 'unix:/a' })).toThrow(
        expect.objectContaining({
          code: 'ERR_CLOSED',
          phase: 'read',
          endpoint: 'unix:/a',
          detail: expect.stringContaining('ended'),
        }),
      );
    }
  });
});
