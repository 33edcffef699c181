import { TransportError } from '../../src/errors/transport-error.ts';
import { encoded } from '../../src/framing/buffer-sink.ts';
import type { Bytes } from '../../src/framing/bytes.ts';
import { INCOMPLETE } from '../../src/framing/codec.ts';
import { measured, type Measure, type MeasuredOptions } from '../../src/framing/measured.ts';
import { caught, cut, decode, drained, failure } from './decoding.ts';

/** The first byte says how many follow it. */
const counted: Measure = (bytes) => 1 + (bytes[0] ?? 0);
/** A line, which is its own head. */
const line: Measure = (bytes) => bytes.indexOf('\n') + 1 || undefined;

describe('measured', () => {
  it.each([1, 2, 1000])('delivers each message with its head, in chunks of %i', (size) => {
    const { messages, error } = decode(measured(counted), ...cut(Buffer.from('\x02hi\0\x01a'), [size]));
    expect(messages.map(String)).toEqual(['\x02hi', '\0', '\x01a']);
    expect(error).toBeUndefined();
  });

  it('writes a message as it is', () => {
    const { encode } = measured(counted);
    expect(['\x01€', Buffer.of(1, 255)].map((each) => encoded(encode, each).toString('hex'))).toEqual([
      '01e282ac',
      '01ff',
    ]);
    expect(caught(() => encoded(encode, [1] as unknown as Bytes))).toEqual(
      failure('ERR_INVALID_VALUE', 'write', 'a value of type object was written'),
    );
  });

  it('shows measure the message from its first byte, and no more than maxHeadLength', () => {
    const shown: string[] = [];
    const codec = measured(
      (bytes) => {
        shown.push(bytes.toString());
        return counted(bytes);
      },
      { maxHeadLength: 3 },
    );
    drained(codec.decoder(), '\x01a\x05bcdef');
    expect(shown).toEqual(['\x01a\x05', '\x05bc']);
  });

  it('never asks about nothing', () => {
    const codec = measured((bytes) => {
      expect(bytes.length).toBeGreaterThan(0);
      return counted(bytes);
    });
    expect(drained(codec.decoder(), '\x01a')).toHaveLength(1);
  });

  it('refuses a message over the limit, head and all, both ways, and allocates nothing for it', () => {
    const allocate = jest.spyOn(Buffer, 'allocUnsafeSlow');
    const codec = measured(counted, { maxFrameLength: 3 });
    const { messages, error } = decode(codec, '\x02hi\x03h');
    expect(allocate).not.toHaveBeenCalled();
    allocate.mockRestore();
    expect(messages.map(String)).toEqual(['\x02hi']);
    expect(error).toEqual(failure('ERR_FRAME_TOO_LONG', 'read', 'has 4 bytes, and maxFrameLength is 3'));
    expect(encoded(codec.encode, '\x02hi')).toHaveLength(3);
    expect(caught(() => encoded(codec.encode, '\x03hey'))).toEqual(
      failure('ERR_FRAME_TOO_LONG', 'write', 'has 4 bytes, and maxFrameLength is 3'),
    );
  });

  it.each([
    [{ maxHeadLength: 4 }, 4],
    [{}, 1024],
  ])('refuses a head that goes on: with %j it has at most %i bytes', (options, limit) => {
    const longest = 'x'.repeat(limit - 1);
    for (const size of [1, 2, 65_536]) {
      const codec = measured(line, options);
      expect(decode(codec, ...cut(Buffer.from(`${longest}\n`), [size])).messages).toHaveLength(1);
      expect(decode(codec, ...cut(Buffer.from(`${longest}x\n`), [size]))).toEqual({
        messages: [],
        error: failure('ERR_FRAME_TOO_LONG', 'read', `within ${limit} bytes`),
      });
    }
  });

  it.each([0, -1, 1.5, NaN, Infinity, 2 ** 53])('refuses %d, which is no length', (length) => {
    expect(
      decode(
        measured(() => length, { maxFrameLength: Infinity }),
        'a',
      ).error,
    ).toEqual(failure('ERR_INVALID_FRAME', 'read', `measure says ${length}, which is no length`));
  });

  it('refuses a message without a length that is over maxFrameLength already, in chunks of any size', () => {
    for (const size of [1, 2, 65_536]) {
      const codec = measured(line, { maxFrameLength: 4 });
      const { messages, error } = decode(codec, ...cut(Buffer.from('abc\nabcd\n'), [size]));
      expect(messages.map(String)).toEqual(['abc\n']);
      expect(error).toEqual(failure('ERR_FRAME_TOO_LONG', 'read', 'maxFrameLength is 4'));
    }
  });

  it('asks of a head that was cut once for each chunk', () => {
    const measure = jest.fn(line);
    const codec = measured(measure);
    const { messages } = decode(codec, 'a', `${'b'.repeat(500)}\nc\n`, 'd');
    expect(messages.map(({ length }) => length)).toEqual([502, 2]);
    expect(measure.mock.calls.map(([{ length }]) => length)).toEqual([1, 504, 2, 1]);
  });

  it('misses the rest of a message, and of a head', () => {
    expect(decode(measured(counted), '\x03ab').error).toEqual(
      failure('ERR_FRAME_TRUNCATED', 'read', '3 bytes into a frame'),
    );
    expect(decode(measured(line), 'ab').error).toEqual(
      failure('ERR_FRAME_TRUNCATED', 'read', '2 bytes into a frame'),
    );
  });

  it('gives what measure throws as the cause, and a TransportError as it is', () => {
    const cause = new Error('no such type');
    const { error } = decode(
      measured(() => raise(cause)),
      'a',
    );
    expect(error).toEqual(failure('ERR_INVALID_FRAME', 'read', 'measure threw'));
    expect(error?.cause).toBe(cause);
    const own = new TransportError('ERR_INVALID_MESSAGE', { phase: 'read' });
    expect(
      decode(
        measured(() => raise(own)),
        'a',
      ).error,
    ).toBe(own);
  });

  it('refuses a measure that looks behind the message', () => {
    const lookingAhead: Measure = (bytes) => (bytes.length > 2 ? 2 : undefined);
    expect(decode(measured(lookingAhead), 'ab', 'c').error).toEqual(
      failure('ERR_INVALID_FRAME', 'read', 'measure says 2, and did not when it was shown 2 bytes'),
    );
  });

  it('takes a message that is shorter than what was too little of the one before', () => {
    expect(decode(measured(line), 'abc', 'd\ne\n').messages.map(String)).toEqual(['abcd\n', 'e\n']);
  });

  it('begins anew after rest, whatever was too little before', () => {
    const decoder = measured(line).decoder();
    expect(drained(decoder, 'abc')).toEqual([]);
    expect(String(decoder.rest())).toBe('abc');
    expect(drained(decoder, 'a\n').map(String)).toEqual(['a\n']);
    expect(decoder.end()).toBe(INCOMPLETE);
  });

  it.each<[MeasuredOptions, string]>([
    [{ maxFrameLength: 0.5 }, 'maxFrameLength is 0.5'],
    [{ maxHeadLength: 0 }, 'maxHeadLength is 0'],
    [{ maxHeadLength: NaN }, 'maxHeadLength is NaN'],
  ])('refuses %j', (options, detail) => {
    expect(caught(() => measured(counted, options))).toEqual(failure('ERR_INVALID_OPTION', 'parse', detail));
  });
});

function raise(error: Error): never {
  throw error;
}
