import { encoded } from '../../src/framing/buffer-sink.ts';
import { jsonLines } from '../../src/framing/json-lines.ts';
import { caught, cut, decode, drained, failure } from './decoding.ts';

const SIZES = [1, 2, 3, 1000];

describe('jsonLines', () => {
  it.each<[unknown, string]>([
    [{ a: [1, 'é\n'], b: null }, '{"a":[1,"é\\n"],"b":null}\n'],
    ['', '""\n'],
    [null, 'null\n'],
    [false, 'false\n'],
    ['\ud800', '"\\ud800"\n'],
    [{ __proto__: 1 }, '{}\n'],
  ])('writes %j in one line, and reads it', (value, wire) => {
    const codec = jsonLines();
    expect(encoded(codec.encode, value).toString()).toBe(wire);
    for (const size of SIZES) {
      expect(decode(codec, ...cut(Buffer.from(wire), [size])).messages).toEqual([value]);
    }
  });

  it.each(['1\n\n\r\n\n2\r\n\n', '\n1\n2\n'])('skips the empty lines of %j', (wire) => {
    for (const size of SIZES) {
      expect(decode(jsonLines(), ...cut(Buffer.from(wire), [size]))).toEqual({
        messages: [1, 2],
        error: undefined,
      });
    }
  });

  it('is not overwhelmed by a great many empty lines', () => {
    expect(drained(jsonLines().decoder(), Buffer.alloc(1_000_000, '\n'))).toEqual([]);
  });

  it.each([
    ['{"a":1\n'],
    ['nope\n'],
    [' \n'],
    ['1 2\n'],
    ["{'a':1}\n"],
    ['\ufeff1\n'],
    [`${'['.repeat(100_000)}\n`],
  ])('refuses a line that is no JSON', (wire) => {
    const { messages, error } = decode(jsonLines(), `1\n${wire}2\n`);
    expect(messages).toEqual([1]);
    expect(error).toEqual(failure('ERR_INVALID_MESSAGE', 'read', 'JSON'));
    expect(error?.cause).toMatchObject({ name: 'SyntaxError' });
  });

  it('misses the end of the last line, which might be half a number', () => {
    expect(decode(jsonLines(), '1\n12').error).toEqual(failure('ERR_FRAME_TRUNCATED', 'read'));
  });

  it.each([
    ['undefined', undefined],
    ['a function', (): void => undefined],
    ['a symbol', Symbol('x')],
    ['what says that it is nothing', { toJSON: (): undefined => undefined }],
  ])('refuses to write %s, which JSON has no text for', (_name, value) => {
    expect(caught(() => encoded(jsonLines().encode, value))).toEqual(
      failure('ERR_INVALID_MESSAGE', 'write', `JSON has no text for a ${typeof value}`),
    );
  });

  it('refuses to write what JSON.stringify throws at, and gives that as the cause', () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    for (const value of [cycle, 1n]) {
      const error = caught(() => encoded(jsonLines().encode, value));
      expect(error).toEqual(failure('ERR_INVALID_MESSAGE', 'write'));
      expect(error?.cause).toMatchObject({ name: 'TypeError' });
    }
  });

  it('refuses lines over the limit, both ways', () => {
    const codec = jsonLines({ maxFrameLength: 3 });
    expect(decode(codec, '123\n1234\n')).toEqual({
      messages: [123],
      error: failure('ERR_FRAME_TOO_LONG', 'read'),
    });
    expect(caught(() => encoded(codec.encode, 1234))).toEqual(failure('ERR_FRAME_TOO_LONG', 'write'));
  });

  it('revives what it reads', () => {
    const codec = jsonLines<{ at: Date }>({
      reviver: (key, value) => (key === 'at' ? new Date(String(value)) : value),
    });
    const wire = encoded(codec.encode, { at: new Date(0) });
    expect(decode(codec, wire).messages).toEqual([{ at: new Date(0) }]);
  });

  it('gives what a reviver throws as the cause', () => {
    const failed = new Error('no');
    const codec = jsonLines({
      reviver: () => {
        throw failed;
      },
    });
    expect(decode(codec, '1\n').error?.cause).toBe(failed);
  });

  it('replaces what it writes, or writes some keys only', () => {
    const big = jsonLines({ replacer: (_key, value) => (typeof value === 'bigint' ? String(value) : value) });
    expect(encoded(big.encode, { a: 1n }).toString()).toBe('{"a":"1"}\n');
    const some = jsonLines({ replacer: ['a'] });
    expect(encoded(some.encode, { a: 1, b: 2 }).toString()).toBe('{"a":1}\n');
  });

  it('gives back the lines that were not taken', () => {
    const decoder = jsonLines().decoder();
    decoder.push(Buffer.from('1\n\n2\n\n3'));
    expect(decoder.next()).toBe(1);
    expect(decoder.rest().toString()).toBe('\n2\n\n3');
    expect(decoder.begun).toBe(false);
    expect(drained(decoder, '\n2\n\n3')).toEqual([2]);
    expect(decoder.begun).toBe(true);
  });
});
