import fc from 'fast-check';
import type { Writable } from 'node:stream';
import { borrowWriteBuffer, giveBackWriteBuffer, WriteBuffer } from '../../src/connection/write-buffer.ts';
import type { ByteSink } from '../../src/index.ts';

/** A stream that keeps what it was given and looks at it late, as a kernel does whose queue is full. */
class LateReader {
  readonly #seen: Buffer[] = [];
  #kept: Uint8Array[] = [];

  asWritable(): Writable {
    const writable: Partial<Writable> = {
      write: (bytes: Uint8Array) => this.#kept.push(bytes) > 0,
      cork: () => undefined,
      uncork: () => undefined,
    };
    return writable as Writable;
  }

  /** Takes what it was given, as it is now. */
  take(): void {
    this.#seen.push(...this.#kept.map((bytes) => Buffer.from(bytes)));
    this.#kept = [];
  }

  get seen(): string {
    return Buffer.concat(this.#seen).toString('hex');
  }
}

/** One connection: a buffer, the stream behind it, and what should come out. */
interface Line {
  readonly buffer: WriteBuffer;
  readonly stream: LateReader;
  busy: boolean;
  waiting: Buffer[];
  sent: Buffer[];
}

type Part =
  | { kind: 'uint'; value: number; bytes: number; endian: 'big' | 'little' }
  | { kind: 'bytes'; value: Uint8Array }
  | { kind: 'text'; value: string };

function uintBytes(value: number, bytes: number, endian: 'big' | 'little'): Buffer {
  const all = Buffer.alloc(8);
  all.writeBigUInt64BE(BigInt(value));
  const big = all.subarray(8 - bytes);
  return endian === 'big' ? big : Buffer.from(big).reverse();
}

function write(part: Part, sink: ByteSink): Buffer {
  switch (part.kind) {
    case 'uint':
      sink.uint(part.value, part.bytes, part.endian);
      return uintBytes(part.value, part.bytes, part.endian);
    case 'bytes':
      sink.bytes(part.value);
      return Buffer.from(part.value);
    case 'text':
      sink.text(part.value);
      return Buffer.from(part.value);
  }
}

// Around the sizes where the way of a value changes: 4 KiB is kept, and a slab has 64 KiB.
const size = fc.oneof(fc.nat(40), fc.constantFrom(4095, 4096, 4097), fc.nat(9000));
const bytes = fc.tuple(size, fc.nat(255)).map(([length, fill]) => new Uint8Array(length).fill(fill));
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\ud800', 'ü€🚀', '\udfff\ud800x'),
  fc.tuple(fc.constantFrom('a', '€'), size).map(([letter, length]) => letter.repeat(length)),
);
const part: fc.Arbitrary<Part> = fc.oneof(
  fc.record({
    kind: fc.constant('uint' as const),
    value: fc.nat(255),
    bytes: fc.integer({ min: 1, max: 8 }),
    endian: fc.constantFrom('big' as const, 'little' as const),
  }),
  fc.record({ kind: fc.constant('bytes' as const), value: bytes }),
  fc.record({ kind: fc.constant('text' as const), value: text }),
);
const which = fc.nat(2);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      line: which,
      parts: fc.array(part, { maxLength: 4 }),
      bad: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('flush' as const), line: which, inKernel: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('written' as const), line: which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const), line: which }) },
);

const hex = (parts: readonly Buffer[]): string => Buffer.concat(parts).toString('hex');

describe('a write buffer', () => {
  it('gives each stream its bytes in order, whatever is written, rolled back, handed over and taken when (rules 8 and 9)', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const lines: Line[] = Array.from({ length: 3 }, () => ({
          buffer: new WriteBuffer(),
          stream: new LateReader(),
          busy: false,
          waiting: [],
          sent: [],
        }));
        for (const each of steps) {
          const line = lines[each.line];
          if (line === undefined) throw new Error('there are three');
          const { buffer, stream } = line;
          if (each.do === 'write') {
            const written = each.parts.map((one) => write(one, buffer));
            expect(buffer.uncommitted).toBe(Buffer.concat(written).length);
            if (each.bad) buffer.rollBack();
            else {
              buffer.commit();
              line.waiting.push(...written);
            }
          } else if (each.do === 'flush' && !line.busy && buffer.size > 0) {
            buffer.handOver(stream.asWritable(), () => undefined);
            line.sent.push(...line.waiting.splice(0));
            line.busy = !each.inKernel;
            if (each.inKernel) {
              stream.take();
              buffer.written(true);
            }
          } else if (each.do === 'written' && line.busy) {
            line.busy = false;
            stream.take();
            buffer.written(true);
          } else if (each.do === 'clear') {
            buffer.clear();
            line.waiting = [];
          }
          expect([buffer.size, buffer.uncommitted]).toEqual([Buffer.concat(line.waiting).length, 0]);
        }
        for (const { buffer, stream, waiting, sent } of lines) {
          stream.take();
          buffer.written(true);
          if (buffer.size > 0) buffer.handOver(stream.asWritable(), () => undefined);
          stream.take();
          expect(stream.seen).toBe(hex([...sent, ...waiting]));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('never writes over what a stream that is no socket was given: it may look at it at any time', () => {
    const buffer = new WriteBuffer();
    const stream = new LateReader();
    const expected: Buffer[] = [];
    for (let round = 0; round < 2000; round += 1) {
      const value = Buffer.alloc(100, round);
      buffer.bytes(value);
      buffer.commit();
      buffer.handOver(stream.asWritable(), () => undefined);
      buffer.written(false);
      expected.push(value);
    }
    stream.take();
    expect(stream.seen).toBe(hex(expected));
  });

  it('copies small values and keeps large ones', () => {
    const buffer = new WriteBuffer();
    const stream = new LateReader();
    const [small, large] = [Buffer.alloc(4095, 'a'), Buffer.alloc(4096, 'a')];
    buffer.bytes(small);
    buffer.bytes(large);
    buffer.commit();
    small.fill('b');
    large.fill('b');
    buffer.handOver(stream.asWritable(), () => undefined);
    stream.take();
    expect(stream.seen).toBe(hex([Buffer.alloc(4095, 'a'), Buffer.alloc(4096, 'b')]));
  });

  it('asks for no more memory than it was given, for small values between large ones at a stream that is at work', () => {
    const buffer = new WriteBuffer();
    const stream = new LateReader();
    buffer.bytes(Buffer.from('at work'));
    buffer.commit();
    buffer.handOver(stream.asWritable(), () => undefined);
    const before = process.memoryUsage().arrayBuffers;
    const large = Buffer.alloc(4096);
    for (let round = 0; round < 4096; round += 1) {
      buffer.uint(4096, 4, 'big');
      buffer.bytes(large);
      buffer.commit();
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
    buffer.clear();
  });

  it('is as new for the next connection when it was given back after a message that was taken back', () => {
    const buffer = borrowWriteBuffer();
    buffer.text('half a message');
    buffer.rollBack();
    giveBackWriteBuffer(buffer);
    const next = borrowWriteBuffer();
    expect(next).toBe(buffer);
    const stream = new LateReader();
    next.text('whole');
    next.commit();
    next.handOver(stream.asWritable(), () => undefined);
    stream.take();
    expect(stream.seen).toBe(Buffer.from('whole').toString('hex'));
    next.written(true);
    giveBackWriteBuffer(next);
  });

  it('gives a slab to nobody else while its own pieces are there, after a message that was taken back (rule 8)', () => {
    const small = (buffer: WriteBuffer, bytes: number, text: string): void => {
      for (let written = 0; written < bytes; written += text.length) {
        // Bytes, because a text is given room that it may not need.
        buffer.bytes(Buffer.from(text));
        buffer.commit();
      }
    };
    // No slab is spare after this.
    for (let taken = 0; taken < 6; taken += 1) small(new WriteBuffer(), 60_000, 'taken');
    const stalled = new WriteBuffer();
    small(stalled, 1, 'busy');
    stalled.handOver(new LateReader().asWritable(), () => undefined);
    // So much waits that a small value gets a slab of full size.
    stalled.bytes(Buffer.alloc(40_960));
    stalled.commit();
    stalled.text('x'.repeat(20));
    stalled.rollBack();
    small(stalled, 1, 'mine');
    stalled.written(true);
    stalled.handOver(new LateReader().asWritable(), () => undefined);
    stalled.written(true);
    const others = [new WriteBuffer(), new WriteBuffer(), new WriteBuffer()];
    for (const [index, other] of others.entries()) small(other, 60_000, `other ${index}`.padEnd(100));
    for (const [index, other] of others.entries()) {
      const stream = new LateReader();
      const size = other.size;
      other.handOver(stream.asWritable(), () => undefined);
      stream.take();
      expect(stream.seen).toBe(Buffer.from(`other ${index}`.padEnd(100).repeat(size / 100)).toString('hex'));
    }
  });
});
