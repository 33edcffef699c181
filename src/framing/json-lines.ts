import type { Codec } from './codec.ts';
import { invalidMessage } from './framing-errors.ts';
import { lines } from './lines.ts';
import type { FrameLimit } from './max-frame-length.ts';
import { NonEmptyLines } from './non-empty-lines.ts';
import { serialized } from './serialized.ts';

/**
 * How values become JSON, and JSON values.
 *
 * @public
 */
export interface JsonLinesOptions extends FrameLimit {
  /** For `JSON.parse`: what becomes of each value that is read. Default: it stays as it is. */
  readonly reviver?: ((this: unknown, key: string, value: unknown) => unknown) | undefined;
  /** For `JSON.stringify`: what is written in place of each value, or the keys that are written. Default: all as it is. */
  readonly replacer?:
    ((this: unknown, key: string, value: unknown) => unknown) | (string | number)[] | undefined;
}

/**
 * JSON values, one in each line.
 *
 * ```text
 * bytes       { " a " : 1 } \n \n [ ] \n
 * messages    { a: 1 }            []
 * ```
 *
 * The types are what you say: nothing checks that the peer keeps to them. Empty lines are skipped, so that a peer may send
 * them as signs of life; a line of blanks is none.
 *
 * Raises what {@link lines} raises, and `ERR_INVALID_MESSAGE` for a line that is no JSON or a value that JSON has no text
 * for: `undefined`, a function, a BigInt, a cycle. What JSON leaves out of objects it leaves out here.
 *
 * @typeParam In - what is read
 * @typeParam Out - what can be written; the same, if it is not given
 * @throws TransportError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { jsonLines } from 'rxjs-net';
 *
 * interface Command {
 *   readonly name: string;
 * }
 *
 * const decoder = jsonLines<Command>({ maxFrameLength: 65_536 }).decoder();
 * decoder.push(Buffer.from('{"name":"stop"}\n'));
 * console.log(decoder.next()); // { name: 'stop' }
 * ```
 * @see {@link https://github.com/ndjson/ndjson-spec | NDJSON}, which allows to skip empty lines
 * @public
 */
export function jsonLines<In = unknown, Out = In>(options: JsonLinesOptions = {}): Codec<In, Out> {
  const { maxFrameLength, reviver, replacer } = options;
  const all = lines({ maxFrameLength });
  const framing: Codec<string> = {
    decoder: () => new NonEmptyLines(all.decoder()),
    encode: all.encode,
  };
  return serialized(framing, {
    encode: (message: Out) => {
      const text = stringify(message, replacer);
      if (text === undefined) throw invalidMessage('write', `JSON has no text for a ${typeof message}`);
      return text;
    },
    decode: (line) => JSON.parse(line, reviver) as In,
  });
}

/** What TypeScript does not say: it is `undefined` for some values. */
function stringify(message: unknown, replacer: JsonLinesOptions['replacer']): string | undefined {
  return Array.isArray(replacer) ? JSON.stringify(message, replacer) : JSON.stringify(message, replacer);
}
