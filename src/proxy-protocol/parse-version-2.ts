import type { Endpoint } from '../endpoint/endpoint.ts';
import { FAMILY, familyOf, readAddresses, type Family } from './address-block.ts';
import { crc32c } from './crc32c.ts';
import { incomplete, invalid, type ParsedProxyHeader } from './parsed-proxy-header.ts';
import type { ProxyHeader } from './proxy-header.ts';
import { readSsl } from './proxy-ssl.ts';
import { CHECKSUM_LENGTH, readTlvs, TLV } from './tlv.ts';

export const SIGNATURE: Buffer = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
/** The signature, version and command, family and protocol, and the length of what follows. */
export const FIXED_LENGTH = 16;
export const LONGEST_UNIQUE_ID = 128;

const LOCAL = 0x20;
const PROXY = 0x21;
const STREAM = 1;
const DGRAM = 2;
const NO_TLVS: ReadonlyMap<number, Buffer> = new Map();

/**
 * The binary header:
 *
 * ```text
 *  0           12        13       14     16
 * ┌───────────┬─────────┬────────┬──────┬───────────┬──────┐
 * │ signature │ version │ family │ rest │ addresses │ TLVs │
 * │           │ command │ proto  │      │ and ports │      │
 * └───────────┴─────────┴────────┴──────┴───────────┴──────┘
 * ```
 */
export function parseVersion2(bytes: Buffer, maxLength: number): ParsedProxyHeader {
  const objection = objectTo(bytes, maxLength);
  if (objection !== undefined) return invalid(objection);
  if (bytes.length < FIXED_LENGTH) return incomplete(FIXED_LENGTH);
  const length = FIXED_LENGTH + bytes.readUInt16BE(14);
  if (bytes.length < length) return incomplete(length);
  const header = readHeader(ownCopy(bytes, length));
  return typeof header === 'string' ? invalid(header) : { kind: 'header', header, length };
}

/**
 * The TLVs are views of it for as long as the connection lives: of the chunk they would keep all of it, and of Node's pool 8 KiB,
 * or 64 KiB since Node 24.
 */
function ownCopy(bytes: Buffer, length: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(length);
  bytes.copy(copy, 0, 0, length);
  return copy;
}

/** What is wrong with as much of the first 16 bytes as is there. */
function objectTo(bytes: Buffer, maxLength: number): string | undefined {
  const signature = bytes.subarray(0, SIGNATURE.length);
  if (!signature.equals(SIGNATURE.subarray(0, signature.length))) {
    return 'the first bytes are no header of the PROXY protocol';
  }
  // 0 is harmless in each of them, so it stands for what has not come yet.
  const [command = LOCAL, familyAndProtocol = 0, high = 0, low = 0] = bytes.subarray(SIGNATURE.length);
  if (command !== LOCAL && command !== PROXY) return 'it has a version or a command that is not known';
  const rest = 256 * high + low;
  if (FIXED_LENGTH + rest > maxLength) return `it has more than ${maxLength} bytes`;
  // The family that a LOCAL header names is ignored (proxy-protocol.txt, 2.2).
  if (command === LOCAL) return undefined;
  const family = familyOf(familyAndProtocol >> 4);
  const protocol = familyAndProtocol & 0xf;
  if (family === undefined || protocol > DGRAM) return 'it has a family or a protocol that is not known';
  if (bytes.length < FIXED_LENGTH || protocol === 0 || rest >= FAMILY[family].length) return undefined;
  return 'it is shorter than its addresses';
}

/**
 * Of an unspecified family or protocol nobody knows where addresses end and TLVs begin, so the rest is skipped, as for LOCAL.
 * A header for datagrams is known, but its addresses are not those of a stream.
 */
function readHeader(bytes: Buffer): ProxyHeader | string {
  const command = bytes[12] === LOCAL ? 'local' : 'proxy';
  const familyAndProtocol = bytes.readUInt8(13);
  const protocol = familyAndProtocol & 0xf;
  const family = command === 'local' || protocol === 0 ? undefined : familyOf(familyAndProtocol >> 4);
  if (family === undefined || family === 'unspec') return withTlvs(command, undefined, NO_TLVS);
  const tlvs = readTlvs(bytes.subarray(FIXED_LENGTH + FAMILY[family].length));
  if (typeof tlvs === 'string') return tlvs;
  return objectToTlvs(tlvs, bytes) ?? withTlvs(command, endpointsOf(family, protocol, bytes), tlvs);
}

function endpointsOf(
  family: Exclude<Family, 'unspec'>,
  protocol: number,
  bytes: Buffer,
): Endpoints | undefined {
  return protocol === STREAM ? readAddresses(family, bytes.subarray(FIXED_LENGTH)) : undefined;
}

interface Endpoints {
  readonly source: Endpoint;
  readonly destination: Endpoint;
}

function objectToTlvs(tlvs: ReadonlyMap<number, Buffer>, bytes: Buffer): string | undefined {
  if ((tlvs.get(TLV.uniqueId)?.length ?? 0) > LONGEST_UNIQUE_ID) {
    return `its unique ID has more than ${LONGEST_UNIQUE_ID} bytes`;
  }
  const checksum = tlvs.get(TLV.crc32c);
  if (checksum === undefined || isChecksum(checksum, bytes)) return undefined;
  return 'its checksum is wrong';
}

/** The checksum is that of the header with zeros in the place of the checksum, which is a part of the same memory. */
function isChecksum(checksum: Buffer, bytes: Buffer): boolean {
  if (checksum.length !== CHECKSUM_LENGTH) return false;
  const expected = checksum.readUInt32BE();
  checksum.fill(0);
  const computed = crc32c(bytes);
  checksum.writeUInt32BE(expected);
  return computed === expected;
}

function withTlvs(
  command: 'proxy' | 'local',
  endpoints: Endpoints | undefined,
  tlvs: ReadonlyMap<number, Buffer>,
): ProxyHeader | string {
  const value = tlvs.get(TLV.ssl);
  const ssl = value === undefined ? undefined : readSsl(value);
  if (typeof ssl === 'string') return ssl;
  return {
    version: 2,
    command,
    source: endpoints?.source,
    destination: endpoints?.destination,
    // Byte for byte, as Node's `alpnProtocol` has it.
    alpn: tlvs.get(TLV.alpn)?.toString('latin1'),
    authority: tlvs.get(TLV.authority)?.toString('utf8'),
    uniqueId: tlvs.get(TLV.uniqueId),
    ssl,
    netns: tlvs.get(TLV.netns)?.toString('latin1'),
    tlvs,
  };
}
