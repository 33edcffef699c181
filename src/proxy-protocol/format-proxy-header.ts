import { choiceOption } from '../errors/choice-option.ts';
import { invalidOption } from '../errors/invalid-option.ts';
import { FAMILY } from './address-block.ts';
import { crc32c } from './crc32c.ts';
import { FIXED_LENGTH, LONGEST_UNIQUE_ID, SIGNATURE } from './parse-version-2.ts';
import { proxiedAddresses, type ProxiedAddresses } from './proxied-addresses.ts';
import type { ProxyHeaderOptions } from './proxy-header-options.ts';
import { writeSsl } from './proxy-ssl.ts';
import { textBytes } from './text-bytes.ts';
import { CHECKSUM_LENGTH, TLV, writeTlvs } from './tlv.ts';

const UINT16 = 0xffff;
const STREAM = 1;

/**
 * Writes a header of the PROXY protocol: the first bytes of a connection to a server that expects one.
 *
 * ```ts
 * formatProxyHeader({ version: 1, source: '192.168.0.1:56324', destination: '192.168.0.11:443' }).toString();
 * // 'PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n'
 * formatProxyHeader(); // LOCAL, 16 bytes: the connection is the proxy's own, as for a health check
 * formatProxyHeader({ ...received, authority: 'example.com' }); // passed on, with one more TLV
 * ```
 *
 * @throws TransportError `ERR_INVALID_OPTION`, `ERR_INVALID_ENDPOINT`, or `ERR_PATH_TOO_LONG` over 108 bytes
 * @see https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt
 */
export function formatProxyHeader(options: ProxyHeaderOptions = {}): Buffer {
  const version = choiceOption('version', options.version, 2, [1, 2]);
  const addresses = proxiedAddresses(options.source, options.destination);
  // HAProxy says LOCAL as well where it has no addresses, and refuses a header that says PROXY and has none.
  const byDefault = version === 2 && addresses.family === 'unspec' ? 'local' : 'proxy';
  const command = choiceOption('command', options.command, byDefault, ['proxy', 'local']);
  const tlvs = tlvsOf(options);
  return version === 1 ? formatLine(command, addresses, tlvs) : formatBinary(command, addresses, tlvs);
}

/** Version 1 calls everything but TCP unknown (proxy-protocol.txt, 2.1). */
function formatLine(command: string, { family, text }: ProxiedAddresses, tlvs: Tlvs): Buffer {
  if (command === 'local') throw invalidOption('version 1 has no command local');
  if (tlvs.size > 0) throw invalidOption('version 1 has no TLVs');
  const known = family === 'ipv4' ? `TCP4 ${text}` : family === 'ipv6' ? `TCP6 ${text}` : 'UNKNOWN';
  return Buffer.from(`PROXY ${known}\r\n`, 'latin1');
}

function formatBinary(command: string, { family, block }: ProxiedAddresses, tlvs: Tlvs): Buffer {
  const local = command === 'local';
  // A receiver discards all of a LOCAL header, and does not know where TLVs begin when the family is unspecified.
  if (local && family !== 'unspec') throw invalidOption('command local goes without source and destination');
  if (family === 'unspec' && tlvs.size > 0) throw invalidOption('TLVs go with source and destination');
  const rest = Buffer.concat([block, writeTlvs(tlvs)]);
  if (rest.length > UINT16)
    throw invalidOption(`a header holds ${UINT16} bytes, and this one would have ${rest.length}`);
  const header = Buffer.concat([SIGNATURE, Buffer.alloc(FIXED_LENGTH - SIGNATURE.length), rest]);
  header.writeUInt8(local ? 0x20 : 0x21, 12);
  header.writeUInt8(family === 'unspec' ? 0 : (FAMILY[family].code << 4) | STREAM, 13);
  header.writeUInt16BE(rest.length, 14);
  // It stands last, and there are zeros in its place so far.
  if (tlvs.has(TLV.crc32c)) header.writeUInt32BE(crc32c(header), header.length - CHECKSUM_LENGTH);
  return header;
}

type Tlvs = ReadonlyMap<number, Uint8Array>;

/** All of them, with zeros for the checksum. */
function tlvsOf(options: ProxyHeaderOptions): Tlvs {
  const { tlvs, alpn, authority, uniqueId, ssl, netns } = options;
  const all = new Map(tlvs);
  const checksum = options.checksum ?? all.has(TLV.crc32c);
  if (alpn !== undefined) all.set(TLV.alpn, textBytes('alpn', alpn, 'latin1'));
  if (authority !== undefined) all.set(TLV.authority, textBytes('authority', authority, 'utf8'));
  if (uniqueId !== undefined) all.set(TLV.uniqueId, uniqueId);
  const { length = 0 } = all.get(TLV.uniqueId) ?? {};
  if (length > LONGEST_UNIQUE_ID)
    throw invalidOption(`uniqueId has ${length} bytes; it takes up to ${LONGEST_UNIQUE_ID}`);
  if (ssl !== undefined) all.set(TLV.ssl, writeSsl(ssl));
  if (netns !== undefined) all.set(TLV.netns, textBytes('netns', netns, 'latin1'));
  all.delete(TLV.crc32c);
  if (checksum) all.set(TLV.crc32c, Buffer.alloc(CHECKSUM_LENGTH));
  return all;
}
