import { runInNewContext } from 'node:vm';
import { encoded } from '../../src/framing/buffer-sink.ts';
import { byteLength, encodeBytes, toBuffer, type Bytes } from '../../src/framing/bytes.ts';
import { failure } from './decoding.ts';

const foreign = runInNewContext('Uint8Array.of(0, 0xff)') as Uint8Array;

const good: [string, Bytes, string][] = [
  ['text, as UTF-8', 'é€😀', 'c3a9e282acf09f9880'],
  ['the empty text', '', ''],
  ['half a surrogate pair, as U+FFFD', 'a\ud800', '61efbfbd'],
  ['a Buffer', Buffer.of(1, 2), '0102'],
  ['a Uint8Array that is a part of another', Uint8Array.of(1, 2, 3, 4).subarray(1, 3), '0203'],
  ['a Uint8Array of another realm', foreign, '00ff'],
  ['shared memory', new Uint8Array(new SharedArrayBuffer(2)), '0000'],
];

const bad: [string, unknown, string][] = [
  ['a number', 1, 'a value of type number was written'],
  ['nothing', undefined, 'a value of type undefined was written'],
  ['null', null, 'a value of type object was written'],
  ['an array', [1], 'object'],
  ['other numbers', Uint16Array.of(1), 'object'],
  ['other numbers of another realm', runInNewContext('Int8Array.of(1)'), 'object'],
  ['memory without a view', new ArrayBuffer(1), 'object'],
  ['what only says that it is one', { [Symbol.toStringTag]: 'Uint8Array', length: 1 }, 'object'],
  ['what only descends from one', Object.create(Uint8Array.prototype), 'object'],
];

describe.each([
  ['encodeBytes', (value: Bytes) => encoded(encodeBytes, value).toString('hex')],
  ['toBuffer', (value: Bytes) => toBuffer(value).toString('hex')],
  ['byteLength', (value: Bytes) => '-'.repeat(2 * byteLength(value))],
])('%s', (name, made) => {
  it.each(good)('takes %s', (_what, value, digits) => {
    expect(made(value)).toBe(name === 'byteLength' ? '-'.repeat(digits.length) : digits);
  });

  it.each(bad)('refuses %s', (_what, value, detail) => {
    expect(() => made(value as Bytes)).toThrow(failure('ERR_INVALID_VALUE', 'write', detail) as Error);
  });
});

describe('toBuffer', () => {
  it('copies no bytes', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    expect(toBuffer(bytes).buffer).toBe(bytes.buffer);
  });
});
