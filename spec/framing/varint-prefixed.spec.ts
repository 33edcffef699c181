import { encoded } from '../../src/framing/buffer-sink.ts';
import type { Bytes } from '../../src/framing/bytes.ts';
import { varintPrefixed } from '../../src/framing/varint-prefixed.ts';
import { caught, cut, decode, drained, failure, hex } from './decoding.ts';

describe('varintPrefixed', () => {
  it.each([
    [0, '00'],
    [1, '01'],
    [127, '7f'],
    [128, '8001'],
    [300, 'ac02'],
    [16_383, 'ff7f'],
    [16_384, '808001'],
    [2_097_151, 'ffff7f'],
    [2_097_152, '80808001'],
  ])('puts %i bytes behind %s', (length, prefix) => {
    const codec = varintPrefixed();
    const message = Buffer.alloc(length, 'x');
    const wire = encoded(codec.encode, message);
    expect(wire.subarray(0, wire.length - length).toString('hex')).toBe(prefix);
    const { messages, error } = decode(codec, ...cut(Buffer.concat([wire, wire]), [1, 1, 1, 65_536]));
    expect(messages.map((each) => each.equals(message))).toEqual([true, true]);
    expect(error).toBeUndefined();
  });

  it('counts the bytes of text', () => {
    expect(encoded(varintPrefixed().encode, '€').toString('hex')).toBe('03e282ac');
  });

  it.each([1, 2, 1000])('takes a length with more bytes than it needs, in chunks of %i', (size) => {
    const { messages } = decode(varintPrefixed(), ...cut(hex('8200 6869', '8080808000', '01 61'), [size]));
    expect(messages.map(String)).toEqual(['hi', '', 'a']);
  });

  it('reads the largest length there is', () => {
    const { error } = decode(varintPrefixed(), hex('ffffffff0f'));
    expect(error).toEqual(failure('ERR_FRAME_TOO_LONG', 'read', '4294967295 bytes'));
  });

  it.each([
    ['above 2³² - 1', 'ffffffff10', 'its length is 4563402751'],
    ['of more than five bytes', '8080808080', 'more than 5 bytes'],
    ['of more than five bytes that say nothing', '808080808000', 'more than 5 bytes'],
  ])('refuses a length %s', (_name, wire, detail) => {
    for (const size of [1, 1000]) {
      const { messages, error } = decode(varintPrefixed(), ...cut(hex('00', wire), [size]));
      expect(messages).toHaveLength(1);
      expect(error).toEqual(failure('ERR_INVALID_FRAME', 'read', detail));
    }
  });

  it.each(['80', '8080808080'.slice(0, 8), '02', '0261'])('misses the rest of %s', (wire) => {
    expect(decode(varintPrefixed(), hex(wire)).error).toEqual(
      failure('ERR_FRAME_TRUNCATED', 'read', `${wire.length / 2} bytes into a frame`),
    );
  });

  it('refuses a message over the limit, both ways', () => {
    const codec = varintPrefixed({ maxFrameLength: 3 });
    const { messages, error } = decode(codec, hex('03 616263', '04 61626364'));
    expect(messages.map(String)).toEqual(['abc']);
    expect(error).toEqual(failure('ERR_FRAME_TOO_LONG', 'read', 'has 4 bytes, and maxFrameLength is 3'));
    expect(encoded(codec.encode, 'abc')).toHaveLength(4);
    expect(caught(() => encoded(codec.encode, 'abcd'))).toEqual(
      failure('ERR_FRAME_TOO_LONG', 'write', 'has 4 bytes, and maxFrameLength is 3'),
    );
  });

  it('is limited to 4 MiB unless it is told otherwise, and allocates nothing for more', () => {
    const allocate = jest.spyOn(Buffer, 'allocUnsafeSlow');
    const error = caught(() => drained(varintPrefixed().decoder(), hex('81808002')));
    expect(error).toEqual(failure('ERR_FRAME_TOO_LONG', 'read', '4194305 bytes'));
    expect(allocate).not.toHaveBeenCalled();
    allocate.mockRestore();
    expect(caught(() => drained(varintPrefixed().decoder(), hex('80808002')))).toBeUndefined();
  });

  it('refuses what are no bytes', () => {
    expect(caught(() => encoded(varintPrefixed().encode, [1] as unknown as Bytes))).toEqual(
      failure('ERR_INVALID_VALUE', 'write', 'a value of type object was written'),
    );
  });

  it('refuses a limit that is none', () => {
    expect(caught(() => varintPrefixed({ maxFrameLength: 0.5 }))).toEqual(
      failure('ERR_INVALID_OPTION', 'parse', 'maxFrameLength is 0.5'),
    );
  });

  it('delivers views of a chunk', () => {
    const decoder = varintPrefixed().decoder();
    const chunk = hex('8200 6869', '01 61');
    decoder.push(chunk);
    const first = decoder.next() as Buffer;
    const second = decoder.next() as Buffer;
    chunk.fill('x');
    expect([first, second].map(String)).toEqual(['xx', 'x']);
  });
});
