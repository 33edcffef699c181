import {
  delimited,
  INCOMPLETE,
  TransportError,
  type Bytes,
  type Codec,
  type Decoder,
  type FrameLimit,
} from 'rxjs-net';

// An editor sends whole files.
const MAX_FRAME_LENGTH = 16 * 1024 * 1024;
// Two fields are all that the protocol has.
const MAX_HEADER_LENGTH = 1024;

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
  return {
    decoder: () => new ContentLengthDecoder(limit),
    encode: (message, sink) => {
      const length = Buffer.byteLength(message);
      if (length > limit) throw tooLong('write', length, limit);
      sink.text(`Content-Length: ${length}\r\n\r\n`);
      if (typeof message === 'string') sink.text(message);
      else sink.bytes(message);
    },
  };
}

const HEADER_END = '\r\n\r\n';

class ContentLengthDecoder implements Decoder<Buffer> {
  readonly #limit: number;
  readonly #headers = delimited(HEADER_END, { maxFrameLength: MAX_HEADER_LENGTH }).decoder();
  #header = '';
  // What follows the header, of which so many bytes have come.
  #body: Buffer | undefined;
  #filled = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Buffer): void {
    if (this.#body === undefined) this.#headers.push(chunk);
    else this.#fill(this.#body, chunk);
  }

  next(): Buffer | typeof INCOMPLETE {
    const body = this.#body ?? this.#begin();
    if (body === undefined || this.#filled < body.length) return INCOMPLETE;
    this.#body = undefined;
    return body;
  }

  end(): typeof INCOMPLETE {
    if (this.begun) {
      throw new TransportError('ERR_FRAME_TRUNCATED', {
        phase: 'read',
        detail: 'the stream ended too early',
      });
    }
    return INCOMPLETE;
  }

  get begun(): boolean {
    return this.#body !== undefined || this.#headers.begun;
  }

  rest(): Buffer {
    const body = this.#body?.subarray(0, this.#filled);
    this.#body = undefined;
    const begun = body === undefined ? [] : [Buffer.from(this.#header + HEADER_END, 'latin1'), body];
    return Buffer.concat([...begun, this.#headers.rest()]);
  }

  #begin(): Buffer | undefined {
    const header = this.#headers.next();
    if (header === INCOMPLETE) return undefined;
    this.#header = header.toString('latin1');
    const body = Buffer.allocUnsafe(lengthIn(this.#header, this.#limit));
    this.#body = body;
    this.#filled = 0;
    this.#fill(body, this.#headers.rest());
    return body;
  }

  #fill(body: Buffer, chunk: Buffer): void {
    const taken = chunk.copy(body, this.#filled);
    this.#filled += taken;
    if (this.#filled === body.length) this.#headers.push(chunk.subarray(taken));
  }
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
