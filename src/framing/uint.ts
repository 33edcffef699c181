/** Which byte of a number comes first: the upper one (network order) or the lower one. */
export type Endian = 'big' | 'little';

const HALF = 2 ** 32;

/** An unsigned integer of 1 to 6 or of 8 bytes. One above `Number.MAX_SAFE_INTEGER` comes out inexact, but above. */
export function readUint(from: Buffer, at: number, bytes: number, endian: Endian): number {
  if (bytes < 8) return endian === 'big' ? from.readUIntBE(at, bytes) : from.readUIntLE(at, bytes);
  const first = readUint(from, at, 4, endian);
  const second = readUint(from, at + 4, 4, endian);
  return endian === 'big' ? first * HALF + second : second * HALF + first;
}

/** Writes an unsigned integer of 1 to 8 bytes. What does not fit is cut off at the top. */
export function writeUint(to: Uint8Array, at: number, value: number, bytes: number, endian: Endian): void {
  let rest = value;
  for (let index = 0; index < bytes; index += 1) {
    to[endian === 'little' ? at + index : at + bytes - 1 - index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}
