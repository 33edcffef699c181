import type { ByteSink, Encode } from './byte-sink.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { writeUint, type Endian } from './uint.ts';

// The most bytes that UTF-8 needs for one UTF-16 unit.
const UTF8_BYTES = 3;
// From here on, counting the bytes of a text costs less than the memory that might not be needed.
const LONG_TEXT = 4096;

/** Where an encoder can write to without a connection: one Buffer that grows. */
export class BufferSink implements ByteSink {
  readonly #written = new GrowingBytes('write');

  uint(value: number, bytes: number, endian: Endian): void {
    this.#written.reserve(bytes);
    writeUint(this.#written.memory, this.#written.length, value, bytes, endian);
    this.#written.length += bytes;
  }

  bytes(value: Uint8Array): void {
    this.#written.add(value, 0, value.length);
  }

  text(value: string): void {
    this.#written.reserve(value.length < LONG_TEXT ? value.length * UTF8_BYTES : Buffer.byteLength(value));
    this.#written.length += this.#written.memory.write(value, this.#written.length);
  }

  /** All that was written since the last time. */
  take(): Buffer {
    return this.#written.take();
  }
}

/** One message as it goes over the wire. Throws what the encoder throws. */
export function encoded<Out>(encode: Encode<Out>, message: Out): Buffer {
  const sink = new BufferSink();
  encode(message, sink);
  return sink.take();
}
