import { describeValue } from '../../../src/operators/wiretap/describe-value.ts';
import { readWiretapOptions, type WiretapOptions } from '../../../src/operators/wiretap/wiretap-options.ts';

const described = (value: unknown, options: WiretapOptions = {}): string =>
  describeValue(value, readWiretapOptions(options));

describe('describeValue', () => {
  it.each<[WiretapOptions, string]>([
    [{}, '6 B\n00000000  68 65 6c 6c 6f 0a                                 |hello.|'],
    [{ format: 'text' }, String.raw`6 B "hello\n"`],
    [{ format: 'length' }, '6 B'],
    [{ limit: 2 }, '6 B\n00000000  68 65                                             |he|\n… 4 more bytes'],
    [{ format: 'text', limit: 2 }, '6 B "he" … 4 more bytes'],
    [{ limit: 0 }, '6 B\n… 6 more bytes'],
    [{ format: 'text', limit: Infinity }, String.raw`6 B "hello\n"`],
  ])('shows bytes with %j', (options, text) => {
    expect(described(Buffer.from('hello\n'), options)).toBe(text);
    expect(described(new Uint8Array(Buffer.from('hello\n')), options)).toBe(text);
  });

  it.each<[unknown, WiretapOptions, string]>([
    ['é\n', {}, String.raw`"é\n"`],
    ['é\n', { format: 'length' }, '3 B'],
    ['hello', { limit: 2 }, '"he" … 3 more characters'],
    [{ id: 1, tags: ['a'] }, {}, "{ id: 1, tags: [ 'a' ] }"],
    [{ id: 1 }, { format: 'length' }, 'a message'],
    [{ id: 12345 }, { limit: 4 }, '{ id … 9 more characters'],
    [{ text: 'abcdef' }, { limit: 100 }, "{ text: 'abcdef' }"],
    [undefined, {}, 'undefined'],
    [Buffer.alloc(0), {}, '0 B'],
  ])('shows %j with %j', (value, options, text) => {
    expect(described(value, options)).toBe(text);
  });

  it.each<[WiretapOptions, string]>([
    [{ format: 'octal' as 'hex' }, 'format is octal; it takes hex, text, length'],
    [{ limit: -1 }, 'limit is -1'],
  ])('refuses %j', (options, message) => {
    expect(() => readWiretapOptions(options)).toThrow(message);
  });
});
