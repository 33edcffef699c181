import { encoded } from '../../src/framing/buffer-sink.ts';
import type { Bytes } from '../../src/framing/bytes.ts';
import { INCOMPLETE } from '../../src/framing/codec.ts';
import type { LengthPrefixedOptions } from '../../src/framing/length-field.ts';
import { lengthPrefixed } from '../../src/framing/length-prefixed.ts';
import { caught, cut, decode, drained, failure, hex } from './decoding.ts';

/** Each frame on the wire, and the message that it is. */
const frames: [string, LengthPrefixedOptions, string, string][] = [
  ['four bytes, the upper first, by default', {}, '00000002 6869', '6869'],
  ['one byte', { bytes: 1 }, '02 6869', '6869'],
  ['two bytes', { bytes: 2 }, '0002 6869', '6869'],
  ['three bytes', { bytes: 3 }, '000002 6869', '6869'],
  ['eight bytes', { bytes: 8 }, '0000000000000002 6869', '6869'],
  ['two bytes, the lower first', { bytes: 2, endian: 'little' }, '0200 6869', '6869'],
  ['three bytes, the lower first', { bytes: 3, endian: 'little' }, '020000 6869', '6869'],
  ['four bytes, the lower first', { endian: 'little' }, '02000000 6869', '6869'],
  ['eight bytes, the lower first', { bytes: 8, endian: 'little' }, '0200000000000000 6869', '6869'],
  ['nothing in it', {}, '00000000', ''],
  ['a length that includes itself', { bytes: 2, includesPrefix: true }, '0004 6869', '6869'],
  ['a length that says two too few', { bytes: 1, adjustment: 2 }, '01 686921', '686921'],
  ['a length that says two too many', { bytes: 1, adjustment: -2 }, '04 6869', '6869'],
  ['both of these', { bytes: 1, includesPrefix: true, adjustment: 3 }, '03 6869212121', '6869212121'],
  ['the head kept', { bytes: 1, header: 'keep' }, '02 6869', '026869'],
  ['something before the length', { bytes: 1, offset: 2 }, 'aabb 02 6869', 'aabb026869'],
  ['all of it counted', { bytes: 1, offset: 2, includesPrefix: true }, 'aabb 05 6869', 'aabb056869'],
  ['nothing but the head', { bytes: 1, offset: 2, includesPrefix: true }, 'aabb 03', 'aabb03'],
  [
    'AMQP: payload counted, an end mark not',
    { offset: 3, adjustment: 1 },
    '010000 00000001 ff ce',
    '01000000000001ffce',
  ],
];

describe('lengthPrefixed', () => {
  describe.each(frames)('with %s', (_name, options, wire, message) => {
    const codec = lengthPrefixed(options);

    it('writes what it reads', () => {
      expect(encoded(codec.encode, hex(message)).toString('hex')).toBe(hex(wire).toString('hex'));
    });

    it.each([1, 2, 3, 1000])('reads it in chunks of %i', (size) => {
      const { messages, error } = decode(codec, ...cut(hex(wire, wire, wire), [size]));
      expect(messages.map((each) => each.toString('hex'))).toEqual([message, message, message]);
      expect(error).toBeUndefined();
    });

    it('says how long a stream is too short', () => {
      const bytes = hex(wire);
      for (let length = 1; length < bytes.length; length += 1) {
        const { messages, error } = decode(codec, bytes.subarray(0, length));
        expect(messages).toEqual([]);
        expect(error).toEqual(failure('ERR_FRAME_TRUNCATED', 'read', `${length} bytes into a frame`));
      }
    });
  });

  it('writes text as UTF-8, and counts its bytes', () => {
    const { encode } = lengthPrefixed({ bytes: 1 });
    expect(encoded(encode, 'é€').toString('hex')).toBe('05c3a9e282ac');
    expect(encoded(encode, '\ud800').toString('hex')).toBe('03efbfbd');
  });

  it('writes whole frames of text as well', () => {
    const { encode } = lengthPrefixed({ bytes: 1, header: 'keep' });
    expect(encoded(encode, '\u0002hi').toString('hex')).toBe('026869');
  });

  it('reads a length above 2³¹ as what it is', () => {
    const { error } = decode(lengthPrefixed(), hex('fffffffe'));
    expect(error).toEqual(failure('ERR_FRAME_TOO_LONG', 'read', '4294967294 bytes'));
  });

  describe('its messages', () => {
    const codec = lengthPrefixed({ bytes: 1 });

    it('are views of the chunk where they lie within one', () => {
      const decoder = codec.decoder();
      const chunk = hex('02 6869');
      decoder.push(chunk);
      const message = decoder.next() as Buffer;
      chunk[1] = 0x48;
      expect(message.toString()).toBe('Hi');
    });

    it('are one piece of memory of just that length where they do not', () => {
      const decoder = lengthPrefixed().decoder();
      const body = Buffer.alloc(1000, 'x');
      expect(drained(decoder, hex('000003e8'))).toEqual([]);
      expect(drained(decoder, body.subarray(0, 500))).toEqual([]);
      const [message] = drained(decoder, body.subarray(500));
      expect(message?.equals(body)).toBe(true);
      expect(message?.buffer.byteLength).toBe(1004);
    });

    it('are Buffers', () => {
      expect(Buffer.isBuffer(decode(codec, hex('00')).messages[0])).toBe(true);
    });
  });

  describe('over the limit', () => {
    it.each([
      ['stripped', { bytes: 1, maxFrameLength: 3 }, '03 616263', '04 61626364', 'has 4 bytes'],
      ['kept', { bytes: 1, header: 'keep', maxFrameLength: 3 }, '02 6162', '03 616263', 'has 4 bytes'],
      ['adjusted', { bytes: 1, adjustment: 1, maxFrameLength: 3 }, '02 616263', '03 61626364', 'has 4 bytes'],
      ['of nothing at all', { bytes: 1, maxFrameLength: 0 }, '00', '01 61', 'maxFrameLength is 0'],
    ] as const)(
      'counts what is delivered (%s), also within a chunk',
      (_name, options, longest, over, detail) => {
        const codec = lengthPrefixed(options);
        for (const size of [1, 1000]) {
          const { messages, error } = decode(codec, ...cut(hex(longest, over, longest), [size]));
          expect(messages).toHaveLength(1);
          expect(error).toEqual(failure('ERR_FRAME_TOO_LONG', 'read', detail));
        }
      },
    );

    it.each([
      ['stripped', { bytes: 1, maxFrameLength: 3 } as const, 'abc', 'abcd'],
      ['kept', { bytes: 1, header: 'keep', maxFrameLength: 3 } as const, '\u0002ab', '\u0003abc'],
      ['longer than its length can say', { bytes: 1 } as const, 'x'.repeat(255), 'x'.repeat(256)],
      [
        'adjusted, and longer than that',
        { bytes: 1, adjustment: 2 } as const,
        'x'.repeat(257),
        'x'.repeat(258),
      ],
      [
        'with its length counted',
        { bytes: 1, includesPrefix: true } as const,
        'x'.repeat(254),
        'x'.repeat(255),
      ],
    ])('writes none (%s)', (_name, options, longest, over) => {
      const { encode } = lengthPrefixed(options);
      expect(encoded(encode, longest).length).toBeGreaterThan(0);
      const detail = `the frame has ${over.length} bytes, and maxFrameLength is ${longest.length}`;
      expect(caught(() => encoded(encode, over))).toEqual(failure('ERR_FRAME_TOO_LONG', 'write', detail));
    });

    it('is 4 MiB unless it is given', () => {
      expect(caught(() => drained(lengthPrefixed().decoder(), hex('00400000')))).toBeUndefined();
      const error = caught(() => drained(lengthPrefixed().decoder(), hex('00400001')));
      expect(error).toEqual(failure('ERR_FRAME_TOO_LONG', 'read', 'maxFrameLength is 4194304'));
    });

    it('allocates nothing', () => {
      const allocate = jest.spyOn(Buffer, 'allocUnsafeSlow');
      caught(() => drained(lengthPrefixed().decoder(), hex('7fffffff 00')));
      expect(allocate).not.toHaveBeenCalled();
      caught(() => drained(lengthPrefixed().decoder(), hex('00000100 00')));
      expect(allocate).toHaveBeenCalledTimes(1);
      allocate.mockRestore();
    });

    it('is a limit of the platform where there is no other', () => {
      const { error } = decode(
        lengthPrefixed({ bytes: 8, maxFrameLength: Infinity }),
        hex('0010000000000000'),
      );
      expect(error).toEqual(failure('ERR_FRAME_TOO_LONG', 'read', 'this platform cannot hold that'));
      expect(error?.cause).toBeDefined();
    });
  });

  describe('refuses', () => {
    it.each([
      ['a length that is no safe number', { bytes: 8 }, '0020000000000000', '9007199254740992'],
      ['the largest there is', { bytes: 8, endian: 'little' }, 'ffffffffffffffff', 'which is no length'],
      [
        'one that an adjustment would make small',
        { bytes: 8, adjustment: Number.MIN_SAFE_INTEGER },
        '0020000000000005',
        'which is no length',
      ],
      ['one that is no safe number with its head', { bytes: 8 }, '001ffffffffffff8', 'no length'],
      ['one that does not count itself', { bytes: 2, includesPrefix: true }, '0001', 'makes 1 bytes in all'],
      ['one that is less than nothing', { bytes: 1, adjustment: -6 }, '00', 'makes -5 bytes in all'],
      [
        'one that ends before itself',
        { bytes: 1, offset: 2, adjustment: -3 },
        '000002',
        'makes 2 bytes in all',
      ],
    ] as const)('%s', (_name, options, wire, detail) => {
      const codec = lengthPrefixed({ maxFrameLength: Infinity, ...options });
      for (const size of [1, 1000]) {
        const { messages, error } = decode(codec, ...cut(hex(wire, '00'), [size]));
        expect(messages).toEqual([]);
        expect(error).toEqual(failure('ERR_INVALID_FRAME', 'read', detail));
      }
    });

    it.each([
      ['a frame shorter than its head', { bytes: 2, header: 'keep' }, '00', 'has 1 bytes, and its header'],
      ['a frame that says it is shorter', { bytes: 1, header: 'keep' }, '01 6869', 'length field says 2'],
      ['a frame that says it is longer', { bytes: 1, header: 'keep' }, '03 6869', 'length field says 4'],
      ['a message shorter than the adjustment', { bytes: 1, adjustment: 3 }, '6869', 'has 2 bytes'],
    ] as const)('to write %s', (_name, options, message, detail) => {
      const { encode } = lengthPrefixed(options);
      expect(caught(() => encoded(encode, hex(message)))).toEqual(
        failure('ERR_INVALID_MESSAGE', 'write', detail),
      );
    });

    it.each(['strip', 'keep'] as const)('to write what are no bytes (%s)', (header) => {
      const { encode } = lengthPrefixed({ header });
      expect(caught(() => encoded(encode, 5 as unknown as Bytes))).toEqual(
        failure('ERR_INVALID_VALUE', 'write', 'a value of type number was written'),
      );
    });
  });

  it.each([
    [{ bytes: 5 }, 'bytes is 5; it takes 1, 2, 3, 4, 8'],
    [{ bytes: '4' }, 'bytes is 4'],
    [{ endian: 'BE' }, 'endian is BE'],
    [{ header: 'none' }, 'header is none'],
    [{ offset: -1 }, 'offset is -1'],
    [{ offset: 1.5 }, 'offset is 1.5'],
    [{ offset: 65_536 }, 'offset is 65536'],
    [{ offset: Infinity }, 'offset is Infinity'],
    [{ adjustment: 0.5 }, 'adjustment is 0.5'],
    [{ adjustment: NaN }, 'adjustment is NaN'],
    [{ offset: 1, header: 'strip' }, "header 'strip' would lose"],
    [{ maxFrameLength: -1 }, 'maxFrameLength is -1'],
    [{ maxFrameLength: NaN }, 'maxFrameLength is NaN'],
  ])('refuses the options %j', (options, detail) => {
    expect(caught(() => lengthPrefixed(options as LengthPrefixedOptions))).toEqual(
      failure('ERR_INVALID_OPTION', 'parse', detail),
    );
  });

  it('leaves its options alone, and does not mind what becomes of them', () => {
    const options: { bytes: 1 | 2 } = { bytes: 1 };
    const codec = lengthPrefixed(Object.freeze({ ...options }));
    const other = lengthPrefixed(options);
    options.bytes = 2;
    expect(encoded(codec.encode, 'a')).toEqual(encoded(other.encode, 'a'));
  });

  it('has a decoder of its own for each connection', () => {
    const codec = lengthPrefixed({ bytes: 1 });
    const first = codec.decoder();
    expect(drained(first, hex('02 61'))).toEqual([]);
    expect(drained(codec.decoder(), hex('01 78')).map(String)).toEqual(['x']);
    expect(drained(first, hex('62')).map(String)).toEqual(['ab']);
  });

  it('says INCOMPLETE as often as it is asked', () => {
    const decoder = lengthPrefixed({ bytes: 1 }).decoder();
    expect(decoder.next()).toBe(INCOMPLETE);
    decoder.push(hex('02 61'));
    expect(decoder.next()).toBe(INCOMPLETE);
    expect(decoder.next()).toBe(INCOMPLETE);
    expect(drained(decoder, hex('62')).map(String)).toEqual(['ab']);
  });

  it('gives back a frame that it refuses, whole', () => {
    const decoder = lengthPrefixed({ bytes: 2, maxFrameLength: 1 }).decoder();
    expect(drained(decoder, hex('0001 61 00'))).toHaveLength(1);
    expect(caught(() => drained(decoder, hex('02 6162')))?.code).toBe('ERR_FRAME_TOO_LONG');
    expect(decoder.rest().toString('hex')).toBe('00026162');
  });
});
