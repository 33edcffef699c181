import { isUint8Array } from '../framing/bytes.ts';
import { invalidOption } from '../errors/invalid-option.ts';

/** The registered types (proxy-protocol.txt, 2.2). */
export const TLV = {
  alpn: 0x01,
  authority: 0x02,
  crc32c: 0x03,
  noop: 0x04,
  uniqueId: 0x05,
  ssl: 0x20,
  sslVersion: 0x21,
  sslCommonName: 0x22,
  sslCipher: 0x23,
  sslSignatureAlgorithm: 0x24,
  sslKeyAlgorithm: 0x25,
  netns: 0x30,
} as const;

/** The bytes of the type and the length. */
const PREFIX = 3;
const UINT8 = 0xff;
const UINT16 = 0xffff;

export const CHECKSUM_LENGTH = 4;

/**
 * Type, length, value, one behind the other, as views by their type; or a sentence that says why they are none. Padding is
 * left out. Of several with one type the last one counts, but a checksum there is only one of.
 */
export function readTlvs(block: Buffer): Map<number, Buffer> | string {
  const values = new Map<number, Buffer>();
  for (let at = 0; at < block.length;) {
    if (at + PREFIX > block.length) return 'there are bytes behind its last TLV';
    const type = block.readUInt8(at);
    const end = at + PREFIX + block.readUInt16BE(at + 1);
    if (end > block.length) return 'a TLV is longer than the header';
    if (type === TLV.crc32c && values.has(type)) return 'it has two checksums';
    if (type !== TLV.noop) values.set(type, block.subarray(at + PREFIX, end));
    at = end;
  }
  return values;
}

/** One behind the other. Throws `ERR_INVALID_OPTION` where a type or a length does not fit. */
export function writeTlvs(values: Iterable<readonly [type: number, value: Uint8Array]>): Buffer {
  const parts: Uint8Array[] = [];
  for (const [type, value] of values) {
    if (!Number.isInteger(type) || type < 0 || type > UINT8) {
      throw invalidOption(`a TLV has the type ${type}; it takes 0 to ${UINT8}`);
    }
    if (!isUint8Array(value)) throw invalidOption(`the TLV of type ${type} is no Uint8Array`);
    if (value.length > UINT16) {
      throw invalidOption(`the TLV of type ${type} has ${value.length} bytes; it takes up to ${UINT16}`);
    }
    parts.push(Uint8Array.of(type, value.length >> 8, value.length & 0xff), value);
  }
  return Buffer.concat(parts);
}
