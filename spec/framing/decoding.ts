import { encoded } from '../../src/framing/buffer-sink.ts';
import { INCOMPLETE, type Codec, type Decoder } from '../../src/framing/codec.ts';
import { TransportError } from '../../src/errors/transport-error.ts';

/** What came of a stream: its messages, and then an error or nothing. */
export interface Outcome<In> {
  readonly messages: In[];
  readonly error: TransportError | undefined;
}

/** Decodes a whole stream, as a connection does, and its end. */
export function decode<In>(
  codec: Pick<Codec<In>, 'decoder'>,
  ...chunks: readonly (Buffer | string)[]
): Outcome<In> {
  const decoder = codec.decoder();
  const messages: In[] = [];
  const error = caught(() => {
    for (const chunk of chunks) {
      decoder.push(Buffer.from(chunk));
      take(() => decoder.next(), chunk.length, messages);
    }
    take(() => decoder.end(), 1, messages);
  });
  return { messages, error };
}

/** All that there is. Each message takes a byte at least; a decoder that says more would never stop. */
export function take<In>(next: () => In | typeof INCOMPLETE, bytes: number, messages: In[]): void {
  for (let calls = 0; calls <= bytes; calls += 1) {
    const message = next();
    if (message === INCOMPLETE) return;
    messages.push(message);
  }
  throw new Error(`the decoder made more messages than there are bytes (${bytes})`);
}

/** What a decoder or an encoder throws; anything but a TransportError fails the spec. */
export function caught(action: () => void): TransportError | undefined {
  try {
    action();
  } catch (error) {
    if (!TransportError.is(error)) throw error;
    return error;
  }
  return undefined;
}

/** The decoder's messages until it says INCOMPLETE. */
export function drained<In>(decoder: Decoder<In>, chunk: Buffer | string): In[] {
  const bytes = Buffer.from(chunk);
  const messages: In[] = [];
  decoder.push(bytes);
  take(() => decoder.next(), bytes.length, messages);
  return messages;
}

/** Messages one behind the other, as they go over the wire. */
export function wired<Out>(codec: Codec<unknown, Out>, messages: readonly Out[]): Buffer {
  return Buffer.concat(messages.map((message) => encoded(codec.encode, message)));
}

/** The same bytes in pieces of these lengths, again and again. */
export function cut(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, piece = 0; at < bytes.length; piece += 1) {
    const length = Math.max(1, lengths[piece % lengths.length] ?? bytes.length);
    // Of its own memory, so that what is read past its end is noticed.
    chunks.push(Buffer.from(bytes.subarray(at, at + length)));
    at += length;
  }
  return chunks;
}

/** Bytes by their hexadecimal digits. */
export function hex(...parts: readonly string[]): Buffer {
  return Buffer.from(parts.join('').replaceAll(' ', ''), 'hex');
}

/** That something throws this code, in this phase, and says this. */
export function failure(code: string, phase: string, detail = ''): unknown {
  return expect.objectContaining({ code, phase, message: expect.stringContaining(detail) as string });
}
