import type { Bytes } from '../../src/framing/bytes.ts';
import type { Codec } from '../../src/framing/codec.ts';
import { measured, type MeasuredOptions } from '../../src/framing/measured.ts';
import { serialized } from '../../src/framing/serialized.ts';

/** `5:hello,`: a length, a colon, the message, a comma. */
export function netstrings(options?: MeasuredOptions): Codec<Buffer, Bytes> {
  return serialized(measured(lengthOf, options), {
    encode: (message: Bytes) => {
      const bytes = Buffer.from(message);
      return Buffer.concat([Buffer.from(`${bytes.length}:`), bytes, Buffer.from(',')]);
    },
    decode: (frame) => {
      if (frame.at(-1) !== 0x2c) throw new Error('a comma is missing');
      return frame.subarray(frame.indexOf(':') + 1, -1);
    },
  });
}

function lengthOf(bytes: Buffer): number | undefined {
  const colon = bytes.indexOf(':');
  const digits = bytes.toString('latin1', 0, colon < 0 ? bytes.length : colon);
  if (!/^\d*$/.test(digits)) throw new Error(`${JSON.stringify(digits)} is no length`);
  return colon < 0 ? undefined : colon + 1 + Number(digits) + 1;
}
