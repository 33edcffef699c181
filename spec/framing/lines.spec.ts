import { encoded } from '../../src/framing/buffer-sink.ts';
import { INCOMPLETE } from '../../src/framing/codec.ts';
import { lines, type LinesOptions } from '../../src/framing/lines.ts';
import { caught, cut, decode, drained, failure, hex } from './decoding.ts';

const SIZES = [1, 2, 3, 5, 1000];

describe('lines', () => {
  it.each<[string, string[]]>([
    ['a\nb\n', ['a', 'b']],
    ['a\r\nb\r\n', ['a', 'b']],
    ['a\nb\r\n\n\r\n', ['a', 'b', '', '']],
    ['a\rb\r\r\n\r\n', ['a\rb\r', '']],
    ['\ufeffé€😀\n', ['\ufeffé€😀']],
    ['\u2028\u2029\u0085\v\f\n', ['\u2028\u2029\u0085\v\f']],
    ['', []],
  ])('reads %j as %j, however it is cut', (wire, messages) => {
    for (const size of SIZES) {
      expect(decode(lines(), ...cut(Buffer.from(wire), [size]))).toEqual({ messages, error: undefined });
    }
  });

  it.each([4094, 4095, 4096, 4097, 10_000])('reads long lines and many lines (%i bytes)', (length) => {
    const long = 'x'.repeat(length);
    const many = Array.from({ length }, (_, index) => String(index));
    const wire = Buffer.from([long, ...many, long, long, 'end'].map((line) => `${line}\n`).join(''));
    for (const size of [1448, wire.length]) {
      expect(decode(lines(), ...cut(wire, [size])).messages).toEqual([long, ...many, long, long, 'end']);
    }
  });

  it.each([
    ['\n', '61 0a'],
    ['\r\n', '61 0d0a'],
    [undefined, '61 0a'],
  ] as const)('writes %j behind each line', (ending, wire) => {
    expect(encoded(lines({ ending }).encode, 'a').toString('hex')).toBe(hex(wire).toString('hex'));
  });

  describe('encoding', () => {
    it.each([
      ['utf8', 'é€😀', 'c3a9 e282ac f09f9880'],
      ['latin1', 'é\x80ÿ', 'e9 80 ff'],
      ['ascii', 'e~\0', '65 7e 00'],
    ] as const)('%s has bytes for %j', (encoding, text, wire) => {
      const codec = lines({ encoding });
      expect(encoded(codec.encode, text).toString('hex')).toBe(hex(wire, '0a').toString('hex'));
      for (const size of SIZES) {
        expect(decode(codec, ...cut(hex(wire, '0a'), [size])).messages).toEqual([text]);
      }
    });

    it.each([
      ['ff 61', '\ufffda'],
      ['e282 61', '\ufffda'],
      ['f09f98', '\ufffd'],
      ['eda080', '\ufffd\ufffd\ufffd'],
      ['c0 8a', '\ufffd\ufffd'],
      ['c3 0d', '\ufffd'],
    ])('reads %s, which is no UTF-8, as %j', (wire, text) => {
      for (const size of SIZES) {
        expect(decode(lines(), ...cut(hex(wire, '0a', '61 0a'), [size])).messages).toEqual([text, 'a']);
      }
    });

    it('reads bytes that are no ASCII as U+FFFD, even where the lower seven bits are a line feed', () => {
      const { messages } = decode(lines({ encoding: 'ascii' }), hex('61 8a 8d 62 0a ff 0a'));
      expect(messages).toEqual(['a\ufffd\ufffdb', '\ufffd']);
    });

    it('writes half of a surrogate pair as U+FFFD', () => {
      expect(encoded(lines().encode, '\ud83d').toString('hex')).toBe('efbfbd0a');
    });

    it.each([
      ['latin1', 'a\u010a', '"\u010a"'],
      ['latin1', '€', '"€"'],
      ['ascii', 'é', '"é"'],
      ['ascii', 'a\x8a', '"\x8a"'],
    ] as const)('%s refuses to write %j', (encoding, line, foreign) => {
      expect(caught(() => encoded(lines({ encoding }).encode, line))).toEqual(
        failure('ERR_INVALID_MESSAGE', 'write', `${encoding} has no ${foreign}`),
      );
    });
  });

  it.each(['\n', 'a\nb', 'a\n', '\r', 'a\r'])('refuses to write %j, which would not come out so', (line) => {
    expect(caught(() => encoded(lines().encode, line))).toEqual(
      failure('ERR_INVALID_MESSAGE', 'write', 'the line has a line end in it'),
    );
  });

  it.each([
    [1, 'number'],
    [undefined, 'undefined'],
    [Buffer.from('a'), 'object'],
  ])('refuses to write %p', (value, type) => {
    expect(caught(() => encoded(lines().encode, value as unknown as string))).toEqual(
      failure('ERR_INVALID_VALUE', 'write', `a value of type ${type} was written`),
    );
  });

  describe('at the end of the stream', () => {
    it.each(['12345', 'a\n12345', '\r'])('misses the end of the last line in %j', (wire) => {
      for (const size of SIZES) {
        const { messages, error } = decode(lines(), ...cut(Buffer.from(wire), [size]));
        expect(messages).toEqual(wire.includes('\n') ? ['a'] : []);
        expect(error).toEqual(
          failure('ERR_FRAME_TRUNCATED', 'read', `${wire.length - messages.length * 2} bytes into a frame`),
        );
      }
    });

    it.each<[string, string[]]>([
      ['12345', ['12345']],
      ['a\nb', ['a', 'b']],
      ['a\nb\r', ['a', 'b']],
      ['\r', ['']],
      ['a\n', ['a']],
      ['', []],
    ])('delivers what there is of it, if it shall: %j', (wire, messages) => {
      const codec = lines({ unterminated: 'deliver' });
      for (const size of SIZES) {
        expect(decode(codec, ...cut(Buffer.from(wire), [size]))).toEqual({ messages, error: undefined });
      }
    });

    it('delivers it once', () => {
      const decoder = lines({ unterminated: 'deliver' }).decoder();
      expect(drained(decoder, 'ab')).toEqual([]);
      expect(decoder.begun).toBe(true);
      expect(decoder.end()).toBe('ab');
      expect(decoder.begun).toBe(false);
      expect(decoder.end()).toBe(INCOMPLETE);
    });
  });

  describe('over the limit', () => {
    it.each<[string, LinesOptions, string, string, number]>([
      ['ASCII', {}, '61626364', '6162636465', 5],
      ['ASCII behind CR LF', { ending: '\r\n' }, '616263640d', '61626364650d', 5],
      ['a carriage return more', {}, '616263640d', '616263640d0d', 5],
      ['characters of two bytes', {}, 'c3a9c3a9', 'c3a9c3a961', 5],
      ['characters of three bytes', {}, 'e282ac61', 'e282ace282ac', 6],
      ['characters of four bytes', {}, 'f09f9880', '61f09f9880', 5],
      ['bytes that are no UTF-8', {}, 'e282e282', 'e282e282ff', 5],
      ['latin1', { encoding: 'latin1' }, 'e9e9e9e9', 'e9e9e9e9e9', 5],
      ['bytes that are no ASCII', { encoding: 'ascii' }, 'e9e9e9e9', 'e9e9e9e9e9', 5],
    ])('refuses a line of %s, also within a chunk', (_name, options, longest, over, length) => {
      const codec = lines({ ...options, maxFrameLength: 4 });
      // Much else in the chunk, and of either kind.
      for (const before of ['', '61 0a'.repeat(20), 'c3a9 0a'.repeat(20), '0d0a'.repeat(5000)]) {
        const wire = hex(before, longest, '0a', over, '0a', '61 0a');
        const whole = decode(codec, wire);
        expect(whole.error).toEqual(
          failure('ERR_FRAME_TOO_LONG', 'read', `${length} bytes, and maxFrameLength is 4`),
        );
        for (const size of [1, 2, 3, 7]) {
          const { messages, error } = decode(codec, ...cut(wire, [size]));
          expect(messages).toEqual(whole.messages);
          expect(error?.code).toBe('ERR_FRAME_TOO_LONG');
        }
      }
    });

    it.each(['abcde', 'ab\nabcde', 'abcd\re'])('does not wait for the end of %j', (wire) => {
      for (const unterminated of ['error', 'deliver'] as const) {
        for (const size of SIZES) {
          const { error } = decode(
            lines({ maxFrameLength: 4, unterminated }),
            ...cut(Buffer.from(wire), [size]),
          );
          expect(error).toEqual(failure('ERR_FRAME_TOO_LONG', 'read', 'at least'));
        }
      }
    });

    it('makes no text of a long one', () => {
      const decodes = jest.spyOn(Buffer.prototype, 'toString');
      const { error } = decode(
        lines({ maxFrameLength: 5000 }),
        Buffer.concat([Buffer.alloc(5001), hex('0a')]),
      );
      expect(decodes).not.toHaveBeenCalled();
      decodes.mockRestore();
      expect(error?.code).toBe('ERR_FRAME_TOO_LONG');
    });

    it('waits for a line feed behind a carriage return at the limit', () => {
      const decoder = lines({ maxFrameLength: 4 }).decoder();
      expect(drained(decoder, 'abcd\r')).toEqual([]);
      expect(drained(decoder, '\n')).toEqual(['abcd']);
    });

    it.each([
      ['utf8', 'é€', 'é€a'],
      ['latin1', 'éééaa', 'éééaaa'],
      ['ascii', 'abcde', 'abcdef'],
    ] as const)('writes none (%s)', (encoding, longest, over) => {
      const { encode } = lines({ encoding, maxFrameLength: 5 });
      expect(encoded(encode, longest)).toHaveLength(6);
      expect(caught(() => encoded(encode, over))).toEqual(
        failure('ERR_FRAME_TOO_LONG', 'write', 'the frame has 6 bytes, and maxFrameLength is 5'),
      );
    });

    it('is 4 MiB unless it is given', () => {
      const decoder = lines().decoder();
      expect(drained(decoder, Buffer.alloc(4_194_304, 'x'))).toEqual([]);
      expect(caught(() => drained(decoder, 'x'))).toEqual(
        failure('ERR_FRAME_TOO_LONG', 'read', 'maxFrameLength is 4194304'),
      );
    });

    it('is the longest text there can be where there is no other', () => {
      const cause = new Error('Cannot create a string longer than 0x1fffffe8 characters');
      const decodes = jest.spyOn(Buffer.prototype, 'toString').mockImplementationOnce(() => {
        throw cause;
      });
      const { error } = decode(lines({ maxFrameLength: Infinity }), 'a\n');
      decodes.mockRestore();
      expect(error).toEqual(failure('ERR_FRAME_TOO_LONG', 'read', 'this platform cannot hold that'));
      expect(error?.cause).toBe(cause);
    });
  });

  describe('the rest', () => {
    it.each([
      ['the lines that were not taken', '61 0a 62 0d0a 63 0a 64', 1, '62 0d0a 63 0a 64'],
      ['bytes that are no UTF-8, as they came', 'ff 0a c3 0a e282 0d0a f0 61', 2, 'e282 0d0a f0 61'],
      ['bytes that were no ASCII', 'e9 8a 0a e9 8a 0a 8a', 1, 'e9 8a 0a 8a'],
      ['the beginning of a line', '61 0a 62', 1, '62'],
      ['nothing', '61 0a', 1, ''],
      ['everything', '61 0a 62', 0, '61 0a 62'],
    ])('is %s', (_name, wire, taken, rest) => {
      const decoder = lines().decoder();
      decoder.push(hex(wire));
      for (let count = 0; count < taken; count += 1) expect(decoder.next()).not.toBe(INCOMPLETE);
      expect(decoder.rest().toString('hex')).toBe(hex(rest).toString('hex'));
      // It begins anew.
      expect(drained(decoder, hex(rest, '0a')).length).toBeGreaterThan(0);
      expect(decoder.rest()).toHaveLength(0);
    });

    it('is the same when a long line was weighed before', () => {
      const decoder = lines({ maxFrameLength: 6 }).decoder();
      decoder.push(hex('c3a9c3a9c3a9 0a', 'c3a9 0a', 'c3a9c3a9c3 0a', '61'));
      expect([decoder.next(), decoder.next()]).toEqual(['ééé', 'é']);
      expect(decoder.rest().toString('hex')).toBe(hex('c3a9c3a9c3 0a', '61').toString('hex'));
    });
  });

  it.each([
    [{ encoding: 'utf-16' }, 'encoding is utf-16; it takes utf8, latin1, ascii'],
    [{ ending: '\r' }, 'ending is'],
    [{ unterminated: true }, 'unterminated is true; it takes error, deliver'],
    [{ maxFrameLength: 1.5 }, 'maxFrameLength is 1.5'],
  ])('refuses the options %j', (options, detail) => {
    expect(caught(() => lines(options as LinesOptions))).toEqual(
      failure('ERR_INVALID_OPTION', 'parse', detail),
    );
  });
});
