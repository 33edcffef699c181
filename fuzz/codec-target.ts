import { encoded } from '../src/framing/buffer-sink.ts';
import { INCOMPLETE, TransportError, type Codec, type Decoder } from '../src/index.ts';
import type { Random } from './random.ts';
import type { Decoded, Target } from './target.ts';

const EXPECTED: readonly string[] = [
  'ERR_FRAME_TOO_LONG',
  'ERR_FRAME_TRUNCATED',
  'ERR_INVALID_FRAME',
  'ERR_INVALID_MESSAGE',
];
const MOST_MESSAGES = 8;
// The end of a frame, and what stands before it, come on top of the limit.
const BESIDES = 64;

interface CodecTarget<Out> {
  readonly name: string;
  readonly codec: Codec<unknown, Out>;
  /** Its `maxFrameLength`. */
  readonly limit: number;
  readonly message: (random: Random) => Out;
  readonly share?: number;
}

/** A decoder as a target: it may say its codes and nothing else, and keeps no more than its limit. */
export function codecTarget<Out>({ name, codec, limit, message, share = 1 }: CodecTarget<Out>): Target {
  return {
    name,
    limit,
    share,
    // Memory that grows doubles.
    mostAllocated: 2 * (limit + BESIDES),
    valid: (random) => {
      const messages = Array.from({ length: random.below(MOST_MESSAGES) }, () => message(random));
      return Buffer.concat(messages.map((each) => encoded(codec.encode, each)));
    },
    decode: (chunks) => decodeAll(codec.decoder(), chunks, limit),
  };
}

function decodeAll(decoder: Decoder<unknown>, chunks: readonly Buffer[], limit: number): Decoded {
  const messages: unknown[] = [];
  try {
    for (const chunk of chunks) {
      decoder.push(chunk);
      takeAll(() => decoder.next(), chunk.length, messages);
    }
    requireRest(decoder, chunks, limit, messages);
    takeAll(() => decoder.end(), 1, messages);
  } catch (error) {
    if (!TransportError.is(error) || !EXPECTED.includes(error.code)) throw error;
    return { messages, code: error.code };
  }
  return { messages, code: undefined };
}

function takeAll(next: () => unknown, bytes: number, messages: unknown[]): void {
  for (let calls = 0; calls <= bytes; calls += 1) {
    const message = next();
    if (message === INCOMPLETE) return;
    messages.push(message);
  }
  throw new Error(`it made more messages than there are bytes (${bytes})`);
}

/** What it keeps is the end of the stream, no more than a frame may have, and can be put back. */
function requireRest(
  decoder: Decoder<unknown>,
  chunks: readonly Buffer[],
  limit: number,
  messages: unknown[],
): void {
  const { begun } = decoder;
  const rest = decoder.rest();
  if (begun !== rest.length > 0)
    throw new Error(`begun is ${String(begun)}, and ${rest.length} bytes are left`);
  if (rest.length === 0) return;
  if (rest.length > limit + BESIDES)
    throw new Error(`it keeps ${rest.length} bytes, and its limit is ${limit}`);
  if (!endOf(chunks, rest.length).equals(rest)) throw new Error('what it keeps is not the end of the stream');
  decoder.push(rest);
  takeAll(() => decoder.next(), rest.length, messages);
}

function endOf(chunks: readonly Buffer[], length: number): Buffer {
  const pieces: Buffer[] = [];
  let missing = length;
  for (let index = chunks.length - 1; missing > 0 && index >= 0; index -= 1) {
    const piece = chunks[index]?.subarray(-missing) ?? Buffer.alloc(0);
    pieces.unshift(piece);
    missing -= piece.length;
  }
  return Buffer.concat(pieces);
}
