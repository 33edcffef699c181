import { invalid } from './resp-errors.ts';
import type { Command } from './resp-value.ts';

// Words one behind the other, each of them parts with and without quotes. It is sticky and no alternative begins as another one
// does, so that it looks at each character but a few times, whatever somebody types.
const WORDS = /[ \t-\r]*((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^ \t-\r"'])+)(?=[ \t-\r]|$)/gsuy;
const PARTS = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/gsu;
const ESCAPED = /\\(?:x([\da-f]{2})|(.))/gisu;
const CHARACTERS: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['b', '\b'],
  ['a', '\x07'],
]);

/**
 * A command as somebody types it.
 *
 * ```text
 * SET greeting "hello\r\n\x00" 'it\'s'      ['SET', 'greeting', 'hello\r\n\0', "it's"]
 * ```
 *
 * @throws TransportError `ERR_INVALID_FRAME` for a quote that is not closed
 */
export function inlineCommand(line: Buffer): Command {
  // A character per byte, so that any byte comes through.
  const text = line.toString('latin1');
  const words = [...text.matchAll(WORDS)];
  const rest = text.slice(words.reduce((length, [word]) => length + word.length, 0));
  if (/[^ \t-\r]/u.test(rest)) throw invalid('unbalanced quotes in request');
  return words.map(([, word = '']) => Buffer.from(word.replace(PARTS, withoutQuotes), 'latin1'));
}

function withoutQuotes(_: string, double: string | undefined, single = ''): string {
  return double?.replace(ESCAPED, character) ?? single.replaceAll(String.raw`\'`, "'");
}

function character(_: string, hex: string | undefined, letter = ''): string {
  return hex === undefined ? (CHARACTERS.get(letter) ?? letter) : String.fromCharCode(parseInt(hex, 16));
}
