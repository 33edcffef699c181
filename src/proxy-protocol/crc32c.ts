// Castagnoli's polynomial, the lowest bit first (RFC 9260, appendix A).
const POLYNOMIAL = 0x82f63b78;

/**
 * The CRC32c of some bytes, as SCTP and the PROXY protocol have it. Bit by bit, without a table: a header of 100 bytes takes
 * about a microsecond, once for a connection.
 */
export function crc32c(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit += 1) remainder = (remainder >>> 1) ^ (-(remainder & 1) & POLYNOMIAL);
  }
  return ~remainder >>> 0;
}
