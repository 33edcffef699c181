import { TransportError } from '../errors/transport-error.ts';
import { INCOMPLETE, type Codec, type Decoder } from './codec.ts';
import { invalidMessage, type Way } from './framing-errors.ts';

/**
 * Makes messages of values, and values of messages. `msgpackr`, `cbor-x` and their like are such objects.
 *
 * @typeParam In - the value that a frame is decoded to
 * @typeParam Out - the value that can be encoded
 * @typeParam Frame - what the framing delivers
 * @typeParam Wire - what the framing takes
 * @public
 */
export interface Serializer<In, Out, Frame, Wire> {
  /** What goes over the wire for a value; throws for one that it cannot encode. */
  encode(message: Out): Wire;
  /** The value of a frame; throws for one that it cannot decode. */
  decode(frame: Frame): In;
}

/**
 * Values of any serialization, in frames of any kind.
 *
 * ```text
 * lengthPrefixed()                              00 00 00 03  93 01 02 …
 * serialized(lengthPrefixed(), msgpackr)        [1, 2, …]
 * ```
 *
 * The serializer has encoded a value before anything is written, so that nothing is if it throws. Whatever it throws is
 * the `cause` of an `ERR_INVALID_MESSAGE`, of phase `read` or `write`; a TransportError is passed on as it is. All errors of
 * the framing come as well. A value is decoded from memory that may belong to others: a serializer that keeps views of it
 * keeps the chunk alive.
 *
 * @param framing - says where a message begins and ends
 * @param serializer - says what it means; its functions are called as its methods
 * @example
 * ```ts
 * import { deserialize, serialize } from 'node:v8';
 * import { framedConnection, lengthPrefixed, openConnection, serialized } from 'rxjs-net';
 *
 * const values = serialized(lengthPrefixed({ maxFrameLength: 65_536 }), {
 *   encode: (value: unknown) => serialize(value),
 *   decode: (frame) => deserialize(frame) as unknown,
 * });
 *
 * const messages = framedConnection(await openConnection('127.0.0.1:7000'), values);
 * messages.write(new Map([['hello', 1]]));
 * messages.end();
 * for await (const message of messages) {
 *   console.log(message); // Map(1) { 'hello' => 1 }
 * }
 * ```
 * @public
 */
export function serialized<In, Out, Frame, Wire>(
  framing: Codec<Frame, Wire>,
  serializer: Serializer<In, Out, Frame, Wire>,
): Codec<In, Out> {
  return {
    decoder: () => new SerializedDecoder(framing.decoder(), serializer),
    encode: (message, sink) => {
      framing.encode(encode(serializer, message), sink);
    },
  };
}

class SerializedDecoder<In, Frame> implements Decoder<In> {
  readonly #frames: Decoder<Frame>;
  readonly #serializer: Pick<Serializer<In, never, Frame, unknown>, 'decode'>;

  constructor(frames: Decoder<Frame>, serializer: Pick<Serializer<In, never, Frame, unknown>, 'decode'>) {
    this.#frames = frames;
    this.#serializer = serializer;
  }

  push(chunk: Buffer): void {
    this.#frames.push(chunk);
  }

  next(): In | typeof INCOMPLETE {
    return this.#decode(this.#frames.next());
  }

  end(): In | typeof INCOMPLETE {
    return this.#decode(this.#frames.end());
  }

  get begun(): boolean {
    return this.#frames.begun;
  }

  rest(): Buffer {
    return this.#frames.rest();
  }

  #decode(frame: Frame | typeof INCOMPLETE): In | typeof INCOMPLETE {
    if (frame === INCOMPLETE) return INCOMPLETE;
    try {
      return this.#serializer.decode(frame);
    } catch (error) {
      throw refused('read', error);
    }
  }
}

function encode<Out, Wire>(
  serializer: Pick<Serializer<unknown, Out, never, Wire>, 'encode'>,
  message: Out,
): Wire {
  try {
    return serializer.encode(message);
  } catch (error) {
    throw refused('write', error);
  }
}

function refused(phase: Way, error: unknown): TransportError {
  if (TransportError.is(error)) return error;
  return invalidMessage(phase, messageOf(error) ?? 'the serializer threw', error);
}

function messageOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('message' in error)) return undefined;
  return typeof error.message === 'string' ? error.message : undefined;
}
