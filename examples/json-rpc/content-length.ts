import { measured, serialized, TransportError, type Bytes, type Codec, type FrameLimit } from 'rxjs-net';

// An editor sends whole files.
const MAX_FRAME_LENGTH = 16 * 1024 * 1024;
// Two fields are all that the protocol has.
const MAX_HEADER_LENGTH = 1024;
const HEADER_END = '\r\n\r\n';

/**
 * Messages behind a header that says how long they are, as language servers and debug adapters have it.
 *
 * ```text
 * Content-Length: 2 \r\n Content-Type: … \r\n \r\n {}
 * └ fields, in any order and letter case ────┘      └ a message of 2 bytes
 * ```
 *
 * Raises `ERR_FRAME_TOO_LONG` for a message over `maxFrameLength`, or a header over 1 KiB; `ERR_INVALID_FRAME` for a header
 * that does not say a length, or says two; `ERR_FRAME_TRUNCATED` at the end of a stream within either.
 *
 * @see {@link https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#baseProtocol}
 */
export function contentLength({ maxFrameLength: limit = MAX_FRAME_LENGTH }: FrameLimit = {}): Codec<
  Buffer,
  Bytes
> {
  const frames = measured(
    (bytes) => {
      const header = headerOf(bytes);
      return header === undefined ? undefined : header.length + HEADER_END.length + lengthIn(header, limit);
    },
    { maxFrameLength: MAX_HEADER_LENGTH + limit, maxHeadLength: MAX_HEADER_LENGTH },
  );
  return serialized(frames, {
    encode: (message) => {
      const body = Buffer.from(message);
      if (body.length > limit) throw tooLong('write', body.length, limit);
      return Buffer.concat([Buffer.from(`Content-Length: ${body.length}${HEADER_END}`), body]);
    },
    decode: (frame) => frame.subarray(frame.indexOf(HEADER_END) + HEADER_END.length),
  });
}

function headerOf(bytes: Buffer): string | undefined {
  const end = bytes.indexOf(HEADER_END);
  return end < 0 ? undefined : bytes.toString('latin1', 0, end);
}

function lengthIn(header: string, limit: number): number {
  const lengths = header.split('\r\n').flatMap((line) => {
    const [, name, value] = /^([^\s:]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined) throw invalid(`${JSON.stringify(line)} is no field of a header`);
    return name.toLowerCase() === 'content-length' ? [value ?? ''] : [];
  });
  const [length = 'nothing', another] = lengths;
  if (another !== undefined) throw invalid('a header has two lengths');
  if (!/^\d+$/.test(length)) throw invalid(`a header says ${length} for the length`);
  if (Number(length) > limit) throw tooLong('read', Number(length), limit);
  return Number(length);
}

function invalid(detail: string): TransportError {
  return new TransportError('ERR_INVALID_FRAME', { phase: 'read', detail });
}

function tooLong(phase: 'read' | 'write', length: number, limit: number): TransportError {
  const detail = `the message has ${length} bytes, and maxFrameLength is ${limit}`;
  return new TransportError('ERR_FRAME_TOO_LONG', { phase, detail });
}
