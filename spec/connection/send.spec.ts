import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import {
  EMPTY,
  finalize,
  firstValueFrom,
  merge,
  NEVER,
  of,
  repeat,
  Subject,
  throwError,
  type ObservableInput,
} from 'rxjs';
import type { Bytes } from '../../src/index.ts';
import { afterThisSpec } from '../cleanup.ts';
import { dialledWithPeer, drain } from '../loopback.ts';
import { plainTraits } from '../../src/connection/stream-traits.ts';
import { record, settled, wire } from '../wire.ts';

const MIB = 1024 * 1024;

async function* later(...values: readonly string[]): AsyncGenerator<string> {
  for (const value of values) {
    await Promise.resolve();
    yield value;
  }
}

describe('send', () => {
  it.each<[string, () => ObservableInput<Bytes>]>([
    ['an array', () => ['a', 'b']],
    ['a string, as one value', () => 'ab'],
    ['bytes, as one value', () => Buffer.from('ab') as unknown as ObservableInput<Bytes>],
    ['an array-like object', () => ({ length: 2, 0: 'a', 1: 'b' })],
    ['an iterable', () => new Set(['a', 'b'])],
    ['an async iterable', () => later('a', 'b')],
    ['a Node stream', () => Readable.from([Buffer.from('a'), Buffer.from('b')])],
    ['a Web stream', () => ReadableStream.from(['a', 'b'])],
    ['a Promise', () => Promise.resolve('ab')],
    ['an Observable', () => of('a', Buffer.from('b'))],
    ['bytes and text', () => [new Uint8Array([97]), 'b']],
  ])('takes %s, and completes when it is flushed', async (_, make) => {
    const { connection, written } = wire();
    const { log } = record(connection.send(make()));
    await settled();
    await settled();
    expect([written(), log]).toEqual(['ab', ['complete']]);
  });

  it('does nothing until it is subscribed (rule 1)', async () => {
    const { connection, written } = wire();
    void connection.send(['a']);
    await settled();
    expect(written()).toBe('');
  });

  it('completes only after the kernel has everything (rule 11)', async () => {
    const { connection, stall, flow } = wire();
    stall();
    const { log } = record(connection.send(of('a')));
    await settled();
    expect(log).toEqual([]);
    flow();
    await settled();
    expect(log).toEqual(['complete']);
  });

  it('completes at once when there is nothing to send', () => {
    expect(record(wire().connection.send(EMPTY)).log).toEqual(['complete']);
  });

  it('pulls no more than the peer takes (rule 10)', async () => {
    const { connection, stall, flow } = wire();
    let pulled = 0;
    function* endless(): Generator<Uint8Array> {
      for (;;) {
        pulled += 1;
        yield Buffer.alloc(16 * 1024);
      }
    }
    stall();
    const sending = record(connection.send(endless()));
    await settled();
    const before = pulled;
    expect(before * 16 * 1024).toBeLessThanOrEqual(128 * 1024);
    flow();
    stall();
    await settled();
    expect(pulled).toBeGreaterThan(before);
    sending.stop();
    expect(sending.log).toEqual([]);
  });

  it.each([
    ['a generator', endlessGenerator],
    ['an async generator', endlessAsyncGenerator],
  ])('tells %s to stop when unsubscribed', async (_, make) => {
    const { connection } = wire();
    const stopped = new Subject<void>();
    const end = firstValueFrom(stopped);
    const sending = record(connection.send(make(stopped)));
    await settled();
    sending.stop();
    await end;
    expect(sending.log).toEqual([]);
  });

  it('stops a Node stream and a Web stream that have nothing to give, when unsubscribed', async () => {
    const { connection } = wire();
    const node = new Readable({ read: () => undefined });
    const cancelled = new Subject<unknown>();
    const web = new ReadableStream<string>({
      cancel: (reason) => {
        cancelled.next(reason);
      },
    });
    const end = firstValueFrom(cancelled);
    const sending = record(merge(connection.send(node), connection.send(web)));
    await settled();
    sending.stop();
    await end;
    expect(node.destroyed).toBe(true);
  });

  it('leaves other work its turn, however ready an asynchronous source is and however fast the peer', async () => {
    const { connection } = wire({ traits: { ...plainTraits, allInKernel: () => true } });
    const end = performance.now() + 5_000;
    let given = 0;
    async function* ready(): AsyncGenerator<string> {
      for (; performance.now() < end; given += 1) yield await Promise.resolve('a');
    }
    const { log, stop } = record(connection.send(ready()));
    await new Promise((resolve) => setTimeout(resolve, 1));
    stop();
    expect([given > 0, performance.now() < end, log]).toEqual([true, true, []]);
  });

  it('ignores what a stopped source still gives, and that it fails to stop', async () => {
    const { connection, written } = wire();
    let give: (value: IteratorResult<string>) => void = () => undefined;
    const source: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise((resolve) => (give = resolve)),
        return: () => Promise.reject(new Error('cannot stop')),
      }),
    };
    const sending = record(connection.send(source));
    sending.stop();
    give({ done: false, value: 'late' });
    await settled();
    expect([written(), sending.log]).toEqual(['', []]);
  });

  it('errors when a push source would fill the buffer over maxWriteBuffer, and unsubscribes it (rule 10)', async () => {
    const { connection, stall, flow, written } = wire({ maxWriteBuffer: 1000 });
    stall();
    const source = new Subject<string>();
    const { log } = record(connection.send(source));
    source.next('a'.repeat(400));
    source.next('b'.repeat(400));
    source.next('c'.repeat(400));
    expect(log).toEqual(['ERR_WRITE_OVERFLOW']);
    expect(source.observed).toBe(false);
    flow();
    await settled();
    expect(written()).toBe('a'.repeat(400) + 'b'.repeat(400));
  });

  it.each<[string, ObservableInput<unknown>, string, string]>([
    ['overflows', of('a'.repeat(900), 'b'.repeat(200), 'c'), 'ERR_WRITE_OVERFLOW', 'a'.repeat(900)],
    ['gives a wrong value', of('a', 42, 'b'), 'ERR_INVALID_VALUE', 'a'],
    ['never ends', of('a').pipe(repeat()), 'ERR_WRITE_OVERFLOW', 'a'.repeat(1000)],
  ])(
    'sends nothing after the error of a source that emits all at once and %s (rules 8 and 10)',
    async (_, source, code, text) => {
      const { connection, written, stall, flow } = wire({ maxWriteBuffer: 1000 });
      stall();
      const { log } = record(connection.send(source as ObservableInput<Bytes>));
      flow();
      await settled();
      expect([log, written()]).toEqual([[code], text]);
    },
  );

  it('bounds what small values take together (rule 13)', () => {
    const { connection } = wire({ maxWriteBuffer: 64_000 });
    let written = 0;
    while (connection.write('x')) written += 1;
    connection.write('');
    expect(written).toBeLessThan(32_000);
    while (connection.write('x') || written < 64_000) written += 1;
    expect(connection.write('x')).toBe(false);
  });

  it('never lets a pull source fill the buffer to where the write of another overflows (rule 10)', async () => {
    const { connection, stall } = wire({ maxWriteBuffer: 10_000 });
    stall();
    record(connection.send(Array.from({ length: 1000 }, () => 'x'.repeat(100))));
    expect(connection.write('bystander')).toBe(false);
    await settled();
    expect(record(connection.closed).log).toEqual([]);
  });

  it('completes 20,000 sends of one tick in order and in linear time', async () => {
    const { connection, written } = wire();
    const order: number[] = [];
    for (let index = 0; index < 20_000; index += 1) {
      connection.send(['x']).subscribe({ complete: () => order.push(index) });
    }
    await settled();
    expect(order).toEqual(Array.from({ length: 20_000 }, (_, index) => index));
    expect(written()).toHaveLength(20_000);
  });

  it.each(['end', 'close', 'abort'] as const)(
    'lets a generator %s the connection that it is sent on (rules 2 and 11)',
    async (ending) => {
      const { connection, written, fin } = wire();
      let stopped = false;
      function* farewell(): Generator<string> {
        try {
          yield 'bye';
          void connection[ending]();
          yield 'too late';
        } finally {
          stopped = true;
        }
      }
      const { log } = record(connection.send(farewell()));
      fin();
      record(connection.received);
      await connection.close();
      expect(stopped).toBe(true);
      expect([log, written()]).toEqual(ending === 'abort' ? [['ERR_ABORTED'], ''] : [['ERR_CLOSED'], 'bye']);
    },
  );

  it.each<[string, () => ObservableInput<Bytes>]>([
    ['an Observable', () => NEVER.pipe(finalize(() => fail()))],
    ['a generator', () => stubborn()],
  ])('ends only its connection when the end of %s throws (rule 15)', async (_, make) => {
    for (const ending of ['fin', 'reset', 'unsubscribe'] as const) {
      const { connection, fin, fail: breaks } = wire({ role: 'dialled' });
      const sending = record(connection.send(make()));
      record(connection.received);
      await settled();
      if (ending === 'fin') fin();
      else if (ending === 'reset') breaks('ECONNRESET');
      else sending.stop();
      const { error } = await firstValueFrom(connection.closed);
      expect(error?.code).toBe(ending === 'reset' ? 'ERR_CONNECTION_RESET' : 'ERR_HANDLER_FAILED');
    }
  });

  it.each<[string, () => ObservableInput<Bytes>]>([
    ['fails', () => throwingLater()],
    ['gives a wrong value', () => later(5 as unknown as string)],
  ])(
    'ends only its connection when its source %s later and its subscriber throws at that (rule 17)',
    async (_, make) => {
      const { connection } = wire();
      connection
        .send(make())
        .pipe(finalize(() => fail()))
        .subscribe({ error: () => undefined });
      expect((await firstValueFrom(connection.closed)).error?.code).toBe('ERR_HANDLER_FAILED');
    },
  );

  it('takes a single value of any size when nothing waits', async () => {
    const { connection, written } = wire({ maxWriteBuffer: 2 });
    const { log } = record(connection.send(of('12345')));
    await settled();
    expect([written(), log]).toEqual(['12345', ['complete']]);
  });

  it('interleaves concurrent sends by whole values (rule 11)', async () => {
    const { connection, written } = wire();
    const [one, two] = [new Subject<string>(), new Subject<string>()];
    record(merge(connection.send(one), connection.send(two)));
    one.next('[1a');
    two.next('[2a]');
    one.next('1b]');
    await settled();
    expect(written()).toBe('[1a[2a]1b]');
  });

  it.each<[string, () => ObservableInput<Bytes>]>([
    ['an Observable', () => throwError(() => new TypeError('mine'))],
    ['a Promise', () => Promise.reject(new TypeError('mine'))],
    ['a generator', () => throwing()],
    ['an async generator', () => throwingLater()],
  ])('passes on the error of %s as it is', async (_, make) => {
    const { connection } = wire();
    const { log } = record(connection.send(make()));
    await settled();
    expect(log).toEqual(['TypeError: mine']);
  });

  it.each<[string, unknown]>([
    ['a number', 5],
    ['nothing', undefined],
    ['null', null],
    ['an Observable of numbers', of(1)],
    ['an array of objects', [{}]],
    ['an async iterable of null', later(null as unknown as string)],
  ])('errors with ERR_INVALID_VALUE for %s', async (_, source) => {
    const { connection } = wire();
    const { log } = record(connection.send(source as ObservableInput<Bytes>));
    await settled();
    expect(log).toEqual(['ERR_INVALID_VALUE']);
  });

  it('errors with ERR_CLOSED after end (rule 11)', () => {
    const { connection } = wire();
    connection.end();
    expect(record(connection.send(['a'])).log).toEqual(['ERR_CLOSED']);
  });

  it('errors with ERR_CLOSED when end comes before the source is through, but not when only the flush is awaited (rule 11)', async () => {
    const { connection, written } = wire();
    const unfinished = record(connection.send(NEVER));
    const finished = record(connection.send(['a']));
    connection.end();
    await settled();
    expect([unfinished.log, finished.log, written()]).toEqual([['ERR_CLOSED'], ['complete'], 'a']);
  });

  it('errors when the connection is lost in mid-write, and unsubscribes the source: no wait for a drain that never comes (rule 11)', async () => {
    const { connection, stall, fail } = wire();
    stall();
    const source = new Subject<Uint8Array>();
    const pushing = record(connection.send(source));
    const pulling = record(connection.send(Array.from({ length: 100 }, () => Buffer.alloc(16 * 1024))));
    source.next(Buffer.alloc(1));
    await settled();
    fail('ECONNRESET');
    await settled();
    expect([pushing.log, pulling.log]).toEqual([['ERR_CONNECTION_RESET'], ['ERR_CONNECTION_RESET']]);
    expect(source.observed).toBe(false);
  });

  it('leaves the wait for a flush without a trace when unsubscribed', async () => {
    const { connection, stall, flow } = wire();
    stall();
    const sending = record(connection.send(['a']));
    await settled();
    sending.stop();
    flow();
    await settled();
    expect(sending.log).toEqual([]);
  });

  it('sends 64 MiB of an async iterable to a peer that reads late, without buffering it (rule 10)', async () => {
    const [connection, peer] = await dialledWithPeer();
    let ahead = 0;
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (let sent = 0; sent < 64; sent += 1) {
        ahead = sent * MIB;
        yield Buffer.alloc(MIB, sent);
        await Promise.resolve();
      }
    }
    const { log, stop } = record(connection.send(chunks()));
    afterThisSpec(stop);
    await settled();
    // What the kernel's two buffers take on loopback, and the one chunk that is over the mark.
    expect(ahead).toBeLessThan(16 * MIB);
    const received = drain(peer);
    connection.closed.subscribe();
    while (log.length === 0) await settled();
    connection.end();
    const bytes = await received;
    expect([log, bytes.length, bytes[63 * MIB]]).toEqual([['complete'], 64 * MIB, 63]);
  });
});

function* endlessGenerator(stopped: Subject<void>): Generator<string> {
  try {
    for (;;) yield 'x'.repeat(100_000);
  } finally {
    stopped.next();
  }
}

async function* endlessAsyncGenerator(stopped: Subject<void>): AsyncGenerator<string> {
  try {
    for (;;) yield await Promise.resolve('x'.repeat(100_000));
  } finally {
    stopped.next();
  }
}

function fail(): never {
  throw new TypeError('mine');
}

function* stubborn(): Generator<string> {
  try {
    for (;;) yield 'x'.repeat(100_000);
  } finally {
    fail();
  }
}

function* throwing(): Generator<string> {
  yield '';
  throw new TypeError('mine');
}

async function* throwingLater(): AsyncGenerator<string> {
  yield await Promise.resolve('');
  throw new TypeError('mine');
}
