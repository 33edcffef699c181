import { createHash, randomBytes, type BinaryLike } from 'node:crypto';

export const KIB = 1024;
export const MIB: number = 1024 * KIB;

/** Bytes that nobody can have guessed, cached or compressed. */
export function payload(size: number): Buffer {
  return randomBytes(size);
}

export function sha256(...chunks: readonly BinaryLike[]): string {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}
