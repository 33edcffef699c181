import type { ByteSink } from './byte-sink.ts';
import { choiceOption } from '../errors/choice-option.ts';
import type { Codec } from './codec.ts';
import { frameTooLong, invalidMessage, invalidValue } from './framing-errors.ts';
import { LineDecoder } from './line-decoder.ts';
import { encodeText, foreignCharacter, type LineEncoding } from './line-encoding.ts';
import { maxFrameLengthOption, type FrameLimit } from './max-frame-length.ts';

/**
 * How lines are written, and what becomes of one that is not finished.
 *
 * @public
 */
export interface LinesOptions extends FrameLimit {
  /** Default `'utf8'`. */
  readonly encoding?: 'utf8' | 'latin1' | 'ascii' | undefined;
  /** What is written behind each line; read are both. Default `'\n'`. */
  readonly ending?: '\n' | '\r\n' | undefined;
  /**
   * What to do with a line whose end has not come when the stream ends: `'error'` with `ERR_FRAME_TRUNCATED`, or
   * `'deliver'` it. Default `'error'`: who is cut off in the middle of `12345` should not seem to have said `12`.
   */
  readonly unterminated?: 'error' | 'deliver' | undefined;
}

/**
 * Lines of text, without their ends.
 *
 * ```text
 * bytes       a b \n c \r \n \n d │ e \n
 * messages    'ab'  'c'  ''         'de'
 * ```
 *
 * A line ends with a line feed, or a carriage return and a line feed; a carriage return elsewhere is part of the line.
 * `maxFrameLength` counts the bytes of a line without its end. Bytes that are no UTF-8, or no ASCII, become U+FFFD, the
 * replacement character, and so do halves of surrogate pairs that are written. A byte order mark is text. A line of more
 * than a few characters is cut from a text of up to 4 KiB, which it keeps alive.
 *
 * Raises `ERR_FRAME_TOO_LONG` for a line over `maxFrameLength`, as soon as so much has come; `ERR_FRAME_TRUNCATED` as
 * said above; `ERR_INVALID_MESSAGE` for what is written and has a line feed, ends with a carriage return, or has
 * characters that are not in the encoding; `ERR_INVALID_VALUE` for what is no string.
 *
 * @throws TransportError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { lines } from 'rxjs-net';
 *
 * const decoder = lines({ ending: '\r\n', maxFrameLength: 998 }).decoder();
 * decoder.push(Buffer.from('EHLO client.example\r\nMAIL'));
 * console.log(decoder.next()); // EHLO client.example
 * ```
 * @public
 */
export function lines(options: LinesOptions = {}): Codec<string, string> {
  const encoding = choiceOption('encoding', options.encoding, 'utf8', ['utf8', 'latin1', 'ascii']);
  const ending = choiceOption('ending', options.ending, '\n', ['\n', '\r\n']);
  const unterminated = choiceOption('unterminated', options.unterminated, 'error', ['error', 'deliver']);
  const limit = maxFrameLengthOption(options);
  const writeEnding = ending === '\n' ? lineFeed : carriageReturnAndLineFeed;
  return {
    decoder: () => new LineDecoder(encoding, limit, unterminated),
    encode: (line, sink) => {
      requireLine(line, encoding, limit);
      encodeText(line, encoding, sink);
      writeEnding(sink);
    },
  };
}

function requireLine(line: string, encoding: LineEncoding, limit: number): void {
  if (typeof line !== 'string') throw invalidValue(line);
  if (line.includes('\n') || line.endsWith('\r')) {
    throw invalidMessage('write', 'the line has a line end in it');
  }
  const foreign = foreignCharacter(line, encoding);
  if (foreign !== undefined) throw invalidMessage('write', `${encoding} has no ${JSON.stringify(foreign)}`);
  // Three bytes for each unit at the most, so that most lines need not be counted.
  if (line.length * 3 <= limit) return;
  const length = encoding === 'utf8' ? Buffer.byteLength(line) : line.length;
  if (length > limit) throw frameTooLong('write', length, limit);
}

function lineFeed(sink: ByteSink): void {
  sink.uint(0x0a, 1, 'big');
}

function carriageReturnAndLineFeed(sink: ByteSink): void {
  sink.uint(0x0d0a, 2, 'big');
}
