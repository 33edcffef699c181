import { invalidOption } from '../errors/invalid-option.ts';

// What Latin-1 has no byte for, and Buffer.from would cut off without a word.
const BEYOND_LATIN1 = /[^\0-\xff]/u;

/** Text as it goes into a header. Throws `ERR_INVALID_OPTION`. */
export function textBytes(name: string, text: unknown, encoding: 'latin1' | 'utf8'): Buffer {
  if (typeof text !== 'string') throw invalidOption(`${name} is a ${typeof text}; it takes a string`);
  if (encoding === 'latin1' && BEYOND_LATIN1.test(text)) {
    throw invalidOption(`${name} has a character that is no Latin-1`);
  }
  return Buffer.from(text, encoding);
}
