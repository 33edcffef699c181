import fc from 'fast-check';
import { BufferSink, encoded } from '../../src/framing/buffer-sink.ts';
import type { ByteSink } from '../../src/framing/byte-sink.ts';

describe('BufferSink', () => {
  it('gives what was written, in the order of the calls', () => {
    const sink = new BufferSink();
    sink.uint(0x0102, 2, 'big');
    sink.uint(0x0304, 2, 'little');
    sink.text('é');
    sink.bytes(Uint8Array.of(5, 6));
    expect(sink.take().toString('hex')).toBe('01020403c3a90506');
  });

  it('is empty after that', () => {
    const sink = new BufferSink();
    sink.text('a');
    expect(sink.take().toString()).toBe('a');
    expect(sink.take()).toHaveLength(0);
    sink.text('b');
    expect(sink.take().toString()).toBe('b');
  });

  it('does not write over what it gave away', () => {
    const sink = new BufferSink();
    sink.text('first');
    const first = sink.take();
    sink.text('second');
    expect(first.toString()).toBe('first');
  });

  it('copies bytes, which may change once they are written', () => {
    const sink = new BufferSink();
    const bytes = Uint8Array.of(1);
    sink.bytes(bytes);
    bytes[0] = 2;
    expect(sink.take().toString('hex')).toBe('01');
  });

  it.each([
    ['ASCII', 'a'.repeat(10_000)],
    ['three bytes for each unit', '€'.repeat(10_000)],
    ['halves of surrogate pairs', '\udc00'.repeat(10_000)],
  ])('has room for long text of %s', (_what, text) => {
    const sink = new BufferSink();
    sink.text(text);
    expect(sink.take().equals(Buffer.from(text))).toBe(true);
  });

  it('holds whatever is written to it, in whatever pieces', () => {
    const piece = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.uint8Array({ maxLength: 300 }));
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const sink = new BufferSink();
        for (const value of pieces) {
          if (typeof value === 'string') sink.text(value);
          else sink.bytes(value);
        }
        expect(sink.take().equals(Buffer.concat(pieces.map((value) => Buffer.from(value))))).toBe(true);
      }),
    );
  });
});

describe('encoded', () => {
  it('gives one message as it goes over the wire', () => {
    const encode = (message: number, sink: ByteSink): void => {
      sink.uint(message, 2, 'big');
    };
    expect(encoded(encode, 258).toString('hex')).toBe('0102');
  });

  it('throws what the encoder throws', () => {
    const failed = new Error('no');
    const encode = (): void => {
      throw failed;
    };
    expect(() => encoded(encode, 1)).toThrow(failed);
  });

  it('may be called by an encoder', () => {
    const inner = (message: string, sink: ByteSink): void => {
      sink.text(message);
    };
    const outer = (message: string, sink: ByteSink): void => {
      sink.text('(');
      sink.bytes(encoded(inner, message));
      sink.text(')');
    };
    expect(encoded(outer, 'a').toString()).toBe('(a)');
  });
});
