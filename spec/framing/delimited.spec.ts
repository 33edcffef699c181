import { encoded } from '../../src/framing/buffer-sink.ts';
import type { Bytes } from '../../src/framing/bytes.ts';
import { delimited } from '../../src/framing/delimited.ts';
import { caught, cut, decode, drained, failure } from './decoding.ts';

describe('delimited', () => {
  it.each<[string, string, string[]]>([
    ['\0', 'ab\0\0c\0', ['ab', '', 'c']],
    ['--', 'a-b--c--', ['a-b', 'c']],
    ['--', 'a---b--', ['a', '-b']],
    ['aab', 'aaabaab', ['a', '']],
    ['aba', 'xabaaba', ['x', '']],
    ['\r\n', 'a\rb\r\r\nc\nd\r\n', ['a\rb\r', 'c\nd']],
    ['€', 'a€b€', ['a', 'b']],
    ['abcabd', 'abcabcabdabcabd', ['abc', '']],
    ['aaaa', 'aaabaaaaaaaa', ['aaab', '']],
  ])('with %j behind each message, %j is %j, however it is cut', (separator, wire, messages) => {
    const bytes = Buffer.from(wire);
    for (let size = 1; size <= bytes.length; size += 1) {
      const outcome = decode(delimited(separator), ...cut(bytes, [size]));
      expect(outcome.messages.map(String)).toEqual(messages);
      expect(outcome.error).toBeUndefined();
    }
  });

  it('takes bytes as a separator, and does not mind what becomes of them', () => {
    const separator = Uint8Array.of(0xff, 0xfe);
    const codec = delimited(separator);
    separator.fill(0);
    expect(encoded(codec.encode, 'a').toString('hex')).toBe('61fffe');
  });

  it.each<[string, Bytes, string]>([
    ['text', 'ab', 'ab--'],
    ['bytes', Uint8Array.of(0x61), 'a--'],
    ['nothing', '', '--'],
    ['what begins like the separator', '-a', '-a--'],
  ])('writes %s', (_name, message, wire) => {
    expect(encoded(delimited('--').encode, message).toString()).toBe(wire);
  });

  it.each([
    ['--', 'a--b'],
    ['--', '--'],
    ['--', 'a-'],
    ['\0', 'a\0'],
    ['aab', 'aab'],
    ['aba', 'xab'],
    ['aba', 'ab'],
    ['aaaa', 'ba'],
    ['abcab', 'xabc'],
  ])('refuses to write before %j what would not come out as %j', (separator, message) => {
    expect(caught(() => encoded(delimited(separator).encode, message))).toEqual(
      failure('ERR_INVALID_MESSAGE', 'write', 'the separator would be found within the message'),
    );
  });

  it.each([
    ['aab', 'a'],
    ['aab', 'aa'],
    ['aba', 'xa'],
    ['aba', 'b'],
    ['abcab', 'ab'],
    ['abcab', 'bc'],
    ['\r\n', 'a\r'],
  ])('writes before %j what comes out as %j', (separator, message) => {
    const codec = delimited(separator);
    const { messages } = decode(codec, encoded(codec.encode, message));
    expect(messages.map(String)).toEqual([message]);
  });

  it('refuses what are no bytes', () => {
    expect(caught(() => encoded(delimited('\0').encode, {} as Bytes))).toEqual(
      failure('ERR_INVALID_VALUE', 'write', 'a value of type object was written'),
    );
  });

  it.each(['a', 'a-', '-', 'a--b'])('misses the separator behind the last of %j', (wire) => {
    expect(decode(delimited('--'), wire).error).toEqual(
      failure('ERR_FRAME_TRUNCATED', 'read', `${(wire.split('--').at(-1) ?? '').length} bytes into a frame`),
    );
  });

  it.each([
    ['whole', 'abc--abcd--', 'has 4 bytes'],
    ['without an end', 'abc--abcd', 'has at least 4 bytes'],
    ['with what was only half of a separator', 'abc--ab-d', 'has at least 4 bytes'],
  ])('refuses a message over the limit: %s', (_name, wire, detail) => {
    const codec = delimited('--', { maxFrameLength: 3 });
    const { messages, error } = decode(codec, wire);
    expect(messages.map(String)).toEqual(['abc']);
    expect(error).toEqual(failure('ERR_FRAME_TOO_LONG', 'read', detail));
    for (let size = 1; size < wire.length; size += 1) {
      const again = decode(codec, ...cut(Buffer.from(wire), [size]));
      expect(again.messages.map(String)).toEqual(['abc']);
      expect(again.error?.code).toBe('ERR_FRAME_TOO_LONG');
    }
  });

  it('waits for a separator that may still come behind a message at the limit', () => {
    const decoder = delimited('--', { maxFrameLength: 3 }).decoder();
    expect(drained(decoder, 'abc-')).toEqual([]);
    expect(drained(decoder, '-').map(String)).toEqual(['abc']);
  });

  it('writes none over the limit', () => {
    const { encode } = delimited('--', { maxFrameLength: 3 });
    expect(encoded(encode, 'abc')).toHaveLength(5);
    expect(caught(() => encoded(encode, 'abcd'))).toEqual(
      failure('ERR_FRAME_TOO_LONG', 'write', 'has 4 bytes'),
    );
  });

  it('is limited to 4 MiB unless it is told otherwise', () => {
    const decoder = delimited('\0').decoder();
    expect(drained(decoder, Buffer.alloc(4_194_304, 'x'))).toEqual([]);
    expect(caught(() => drained(decoder, 'x'))).toEqual(
      failure('ERR_FRAME_TOO_LONG', 'read', 'at least 4194305 bytes, and maxFrameLength is 4194304'),
    );
  });

  it.each([
    ['', {}, 'the separator is empty'],
    [new Uint8Array(), {}, 'the separator is empty'],
    [10, {}, 'the separator is of type number'],
    [undefined, {}, 'the separator is of type undefined'],
    ['\0', { maxFrameLength: -1 }, 'maxFrameLength is -1'],
  ])('refuses the options %j, %j', (separator, options, detail) => {
    expect(caught(() => delimited(separator as Bytes, options))).toEqual(
      failure('ERR_INVALID_OPTION', 'parse', detail),
    );
  });

  it('delivers views of a chunk', () => {
    const decoder = delimited('--').decoder();
    const chunk = Buffer.from('ab--c--');
    decoder.push(chunk);
    const messages = [decoder.next(), decoder.next()];
    chunk.fill('x');
    expect(messages.map(String)).toEqual(['xx', 'x']);
  });
});
