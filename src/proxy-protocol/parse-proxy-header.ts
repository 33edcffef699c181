import { incomplete, invalid, type ParsedProxyHeader } from './parsed-proxy-header.ts';
import { parseVersion1, SHORTEST_LINE } from './parse-version-1.ts';
import { parseVersion2 } from './parse-version-2.ts';

// nginx takes as much. Addresses take up to 232 bytes; the rest is for TLVs, of which a common name is the longest.
export const MAX_PROXY_HEADER_LENGTH = 4096;

// The first byte of the signature of version 2.
const CR = 0x0d;

/**
 * Looks for a header of the PROXY protocol, version 1 or 2, at the beginning of a connection, in all the bytes that have come
 * so far. It never throws.
 *
 * ```text
 * 'P'          → incomplete, needs 15: the shortest header there is
 * 'PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\nGET …'
 *              → header, length 47; 'GET …' is left to the connection
 * 'GET …'      → invalid, at the first byte
 * ```
 *
 * `incomplete.needs` is never more than the header has, so reading up to it takes nothing of what is behind the header;
 * and never more than `maxLength`.
 *
 * @param maxLength - the most bytes that a header of version 2 may have in all; one of version 1 has up to 107. Default 4096.
 */
export function parseProxyHeader(
  bytes: Buffer,
  maxLength: number = MAX_PROXY_HEADER_LENGTH,
): ParsedProxyHeader {
  const parsed = parse(bytes, maxLength);
  const length = parsed.kind === 'incomplete' ? parsed.needs : parsed.kind === 'header' ? parsed.length : 0;
  return length > maxLength ? invalid(`it has more than ${maxLength} bytes`) : parsed;
}

function parse(bytes: Buffer, maxLength: number): ParsedProxyHeader {
  if (bytes.length === 0) return incomplete(SHORTEST_LINE);
  return bytes[0] === CR ? parseVersion2(bytes, maxLength) : parseVersion1(bytes);
}
