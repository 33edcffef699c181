import { equal, fail } from 'node:assert/strict';
import { createHash } from 'node:crypto';

/** Bytes that do not repeat, and so show a loss, a repetition or a change of order wherever it is. */
export function payload(length: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  // Xorshift (Marsaglia 2003), whose state must not be 0.
  let state = seed * 0x9e37_79b9 || 1;
  for (let at = 0; at < length; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state & 0xff;
  }
  return bytes;
}

/** The same bytes in pieces of a length, which are views. */
export function inPieces(bytes: Buffer, length: number): Buffer[] {
  const count = Math.ceil(bytes.length / length);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * length, (index + 1) * length));
}

/** Compares without printing megabytes. */
export function sameBytes(what: string, actual: Buffer, expected: Buffer): void {
  if (actual.equals(expected)) return;
  equal(actual.length, expected.length, `${what}: the number of bytes`);
  const at = actual.findIndex((byte, index) => byte !== expected[index]);
  fail(`${what}: byte ${at} of ${expected.length} is wrong (${digest(actual)}, not ${digest(expected)})`);
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12);
}
