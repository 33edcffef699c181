import { TransportError } from '../../src/errors/transport-error.ts';
import { encoded } from '../../src/framing/buffer-sink.ts';
import { delimited } from '../../src/framing/delimited.ts';
import { lengthPrefixed } from '../../src/framing/length-prefixed.ts';
import { lines } from '../../src/framing/lines.ts';
import { serialized } from '../../src/framing/serialized.ts';
import { caught, cut, decode, drained, failure, hex } from './decoding.ts';

// Any two functions of these names will do.
const numbers = {
  encode: (values: readonly number[]) => Uint8Array.from(values),
  decode: (frame: Buffer) => [...frame],
};

describe('serialized', () => {
  it.each([1, 2, 1000])('puts values into frames, and takes them out (%i bytes at a time)', (size) => {
    const codec = serialized(lengthPrefixed({ bytes: 1 }), numbers);
    const wire = Buffer.concat([encoded(codec.encode, [1, 2]), encoded(codec.encode, [])]);
    expect(wire.toString('hex')).toBe('02010200');
    expect(decode(codec, ...cut(wire, [size]))).toEqual({ messages: [[1, 2], []], error: undefined });
  });

  it('takes a framing of text as well', () => {
    const codec = serialized(lines(), { encode: String, decode: Number });
    expect(encoded(codec.encode, 12).toString()).toBe('12\n');
    expect(decode(codec, '1\n23\n').messages).toEqual([1, 23]);
  });

  it('calls the functions as methods of their object', () => {
    class Shift {
      readonly by = 1;
      encode(value: number): string {
        return String(value + this.by);
      }
      decode(text: string): number {
        return Number(text) - this.by;
      }
    }
    const codec = serialized(lines(), new Shift());
    expect(encoded(codec.encode, 1).toString()).toBe('2\n');
    expect(decode(codec, '2\n').messages).toEqual([1]);
  });

  it('delivers values that mean nothing elsewhere', () => {
    const codec = serialized(lines(), { encode: String, decode: (): undefined => undefined });
    expect(decode(codec, 'a\nb\n').messages).toEqual([undefined, undefined]);
  });

  it.each([
    ['an Error', new RangeError('too deep'), 'too deep'],
    ['text', 'no', 'the serializer threw'],
    ['nothing', undefined, 'the serializer threw'],
    ['an object that has no text', Object.create(null) as object, 'the serializer threw'],
    ['an object with something else for a message', { message: 1 }, 'the serializer threw'],
  ])('gives %s that the serializer throws as the cause', (_name, thrown, detail) => {
    const fail = (): never => {
      throw thrown;
    };
    const codec = serialized(lines(), { encode: fail, decode: fail });
    const { messages, error } = decode(codec, 'a\n');
    expect(messages).toEqual([]);
    expect(error).toEqual(failure('ERR_INVALID_MESSAGE', 'read', detail));
    expect(error?.cause).toBe(thrown);
    const refused = caught(() => encoded(codec.encode, 1));
    expect(refused).toEqual(failure('ERR_INVALID_MESSAGE', 'write', detail));
    expect(refused?.cause).toBe(thrown);
  });

  it('passes a TransportError on as it is', () => {
    const thrown = new TransportError('ERR_INVALID_VALUE', { phase: 'write' });
    const fail = (): never => {
      throw thrown;
    };
    const codec = serialized(lines(), { encode: fail, decode: fail });
    expect(decode(codec, 'a\n').error).toBe(thrown);
    expect(caught(() => encoded(codec.encode, 1))).toBe(thrown);
  });

  it('passes the errors of the framing on', () => {
    const codec = serialized(delimited('\0', { maxFrameLength: 2 }), numbers);
    expect(decode(codec, 'abc').error).toEqual(failure('ERR_FRAME_TOO_LONG', 'read'));
    expect(decode(codec, 'a').error).toEqual(failure('ERR_FRAME_TRUNCATED', 'read'));
    expect(caught(() => encoded(codec.encode, [1, 0]))).toEqual(failure('ERR_INVALID_MESSAGE', 'write'));
  });

  it('writes nothing of a value that cannot be encoded', () => {
    const written = jest.fn();
    const codec = serialized(lengthPrefixed(), {
      encode: (): Buffer => {
        throw new Error('no');
      },
      decode: String,
    });
    expect(caught(() => codec.encode(1, { uint: written, bytes: written, text: written }))).toBeDefined();
    expect(written).not.toHaveBeenCalled();
  });

  it('delivers the last value of a framing that makes one of what is left', () => {
    const codec = serialized(lines({ unterminated: 'deliver' }), { encode: String, decode: Number });
    expect(decode(codec, '1\n2')).toEqual({ messages: [1, 2], error: undefined });
  });

  it('has begun and left what its framing has', () => {
    const decoder = serialized(lengthPrefixed({ bytes: 1 }), numbers).decoder();
    expect(drained(decoder, hex('01 61'))).toEqual([[0x61]]);
    expect(decoder.begun).toBe(false);
    expect(drained(decoder, hex('02 62'))).toEqual([]);
    expect(decoder.begun).toBe(true);
    expect(decoder.rest().toString('hex')).toBe('0262');
  });
});
