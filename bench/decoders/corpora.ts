import { frameOf } from '../contenders/plain-frames.ts';
import { messagesOf } from '../messages/message.ts';
import { Tally, type Total } from '../messages/tally.ts';

/** What a decoder is fed with, again and again: it ends where a message ends. */
export interface Corpus {
  readonly chunkCount: number;
  readonly chunkAt: (index: number) => Buffer;
  /** The messages in it. */
  readonly total: Total;
  readonly bytes: number;
}

export type Encoding = (payload: Uint8Array) => Buffer;

/** How the messages of a corpus are marked. */
export const encodings = {
  '4-byte length': frameOf,
  'varint length': (payload) => Buffer.concat([varint(payload.length), payload]),
  lines: (payload) => Buffer.concat([payload, Buffer.from('\n')]),
} satisfies Record<string, Encoding>;

export type EncodingName = keyof typeof encodings;

export interface CorpusOptions {
  readonly encoding: EncodingName;
  /** Bytes of a message. */
  readonly size: number;
  readonly count: number;
  /** Bytes of a chunk. */
  readonly chunk: number;
}

export function corpusOf({ encoding, size, count, chunk }: CorpusOptions): Corpus {
  const { messages } = messagesOf(size);
  const tally = new Tally();
  const parts = Array.from({ length: count }, (_, index) => {
    const payload = messages[index % messages.length] ?? Buffer.alloc(0);
    tally.take(payload);
    return encodings[encoding](payload);
  });
  const bytes = Buffer.concat(parts);
  const chunkCount = Math.ceil(bytes.length / chunk);
  return { chunkCount, chunkAt: cut(bytes, chunk), total: tally.total, bytes: bytes.length };
}

function cut(bytes: Buffer, chunk: number): Corpus['chunkAt'] {
  if (chunk === 1) {
    // 16 million buffers would fill the memory, and what was measured would be its caches. 256 are all there are.
    const singles = Array.from({ length: 256 }, (_, value) => Buffer.from([value]));
    return (index) => singles[bytes[index] ?? 0] ?? bytes;
  }
  const chunks: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += chunk) chunks.push(bytes.subarray(start, start + chunk));
  return (index) => chunks[index] ?? bytes;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
