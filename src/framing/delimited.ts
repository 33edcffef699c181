import { isUint8Array, toBuffer, type Bytes } from './bytes.ts';
import type { Codec } from './codec.ts';
import { DelimitedDecoder } from './delimited-decoder.ts';
import { invalidOption } from '../errors/invalid-option.ts';
import { frameTooLong, invalidMessage } from './framing-errors.ts';
import { maxFrameLengthOption, type FrameLimit } from './max-frame-length.ts';
import { Separator } from './separator.ts';

/**
 * Messages with a separator behind each of them.
 *
 * ```text
 * delimited('\0')      a b 00 00 c 00        'ab'  ''  'c'
 * delimited('--')      a - b - - c - -       'a-b' 'c'
 * ```
 *
 * A message is a view of the chunk that it came in, as those of {@link lengthPrefixed} are. For lines of text, {@link lines}
 * is faster.
 *
 * Raises `ERR_FRAME_TOO_LONG` for a message over `maxFrameLength`, as soon as so much has come; `ERR_FRAME_TRUNCATED` at
 * the end of a stream without the separator; `ERR_INVALID_MESSAGE` for what is written and contains the separator, or ends
 * so that the separator would be found too early (`'a'` before `'aa'`); `ERR_INVALID_VALUE` for what are no bytes.
 *
 * @param separator - one byte or more; text is UTF-8
 * @throws TransportError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { delimited } from 'rxjs-net';
 *
 * const decoder = delimited('\0', { maxFrameLength: 1024 }).decoder();
 * decoder.push(Buffer.from('hello\0wor'));
 * console.log(String(decoder.next())); // hello
 * ```
 * @public
 */
export function delimited(separator: Bytes, options: FrameLimit = {}): Codec<Buffer, Bytes> {
  const end = separatorOf(separator);
  const limit = maxFrameLengthOption(options);
  return {
    decoder: () => new DelimitedDecoder(end, limit),
    encode: (message, sink) => {
      const bytes = toBuffer(message);
      if (bytes.length > limit) throw frameTooLong('write', bytes.length, limit);
      if (end.isFoundEarlyAfter(bytes)) {
        throw invalidMessage('write', 'the separator would be found within the message');
      }
      sink.bytes(bytes);
      sink.bytes(end.bytes);
    },
  };
}

/** A copy, because the array belongs to the caller. */
function separatorOf(separator: Bytes): Separator {
  if (typeof separator !== 'string' && !isUint8Array(separator)) {
    throw invalidOption(`the separator is of type ${typeof separator}`);
  }
  if (separator.length === 0) throw invalidOption('the separator is empty');
  return new Separator(Buffer.from(toBuffer(separator)));
}
