import type { ByteSink } from './byte-sink.ts';
import { byteLength, encodeBytes, type Bytes } from './bytes.ts';
import type { Codec } from './codec.ts';
import { frameTooLong, invalidFrame } from './framing-errors.ts';
import { maxFrameLengthOption, type FrameLimit } from './max-frame-length.ts';
import { PrefixedDecoder } from './prefixed-decoder.ts';

/** The upper bit of each byte but the last says that there is another one. */
const MORE = 0x80;
const MOST_BYTES = 5;
const LARGEST = 2 ** 32 - 1;

/**
 * Messages with their length before them, in as few bytes as it needs: how protobuf writes messages to a stream
 * (`writeDelimitedTo`, `encodeDelimited`).
 *
 * ```text
 * 02 'h' 'i'                 'hi'
 * ac 02 … 300 bytes …        0x2c + 0x02 × 128 = 300; the lower seven bits come first, and 0x80 says there are more
 * ```
 *
 * A message is a view of the chunk that it came in, as those of {@link lengthPrefixed} are. A length with more bytes than
 * it needs is taken, as protobuf takes it.
 *
 * Raises `ERR_FRAME_TOO_LONG` for a message over `maxFrameLength`; `ERR_INVALID_FRAME` for a length with more than 5 bytes
 * or above 4294967295; `ERR_FRAME_TRUNCATED` at the end of a stream within a frame; `ERR_INVALID_VALUE` for what is
 * written and are no bytes.
 *
 * @throws TransportError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { varintPrefixed } from 'rxjs-net';
 *
 * const decoder = varintPrefixed().decoder();
 * decoder.push(Buffer.from('\x05hello\x05wor'));
 * console.log(String(decoder.next())); // hello
 * ```
 * @see {@link https://protobuf.dev/programming-guides/encoding/#varints | Protocol Buffers, Base 128 Varints}
 * @public
 */
export function varintPrefixed(options: FrameLimit = {}): Codec<Buffer, Bytes> {
  const limit = Math.min(maxFrameLengthOption(options), LARGEST);
  return {
    decoder: () => new VarintPrefixedDecoder(limit),
    encode: (message, sink) => {
      const length = byteLength(message);
      if (length > limit) throw frameTooLong('write', length, limit);
      writeVarint(length, sink);
      encodeBytes(message, sink);
    },
  };
}

class VarintPrefixedDecoder extends PrefixedDecoder {
  readonly #limit: number;

  constructor(limit: number) {
    super();
    this.#limit = limit;
  }

  protected override measure(bytes: Buffer, at: number, end: number): number {
    let length = 0;
    for (let index = 0, weight = 1; index < MOST_BYTES; index += 1, weight *= MORE) {
      if (at + index >= end) return 0;
      const byte = bytes[at + index] ?? 0;
      length += (byte % MORE) * weight;
      if (byte < MORE) return this.#total(length, index + 1);
    }
    throw invalidFrame(`its length has more than ${MOST_BYTES} bytes`);
  }

  #total(length: number, head: number): number {
    if (length > LARGEST) throw invalidFrame(`its length is ${length}, and ${LARGEST} is the largest`);
    if (length > this.#limit) throw frameTooLong('read', length, this.#limit);
    this.skipped = head;
    return head + length;
  }
}

/** All bytes as one number: the first is the lowest, and a sink writes as many as it is told to. */
function writeVarint(value: number, sink: ByteSink): void {
  let rest = value;
  let all = 0;
  let bytes = 0;
  for (; rest >= MORE; rest = Math.floor(rest / MORE), bytes += 1)
    all += (MORE + (rest % MORE)) * 256 ** bytes;
  sink.uint(all + rest * 256 ** bytes, bytes + 1, 'little');
}
