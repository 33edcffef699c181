import type { Endpoint } from '../endpoint/endpoint.ts';
import { formatAddress } from '../endpoint/format-endpoint.ts';
import { addressText } from './ip-address.ts';

/** The address family, in the upper half of the 14th byte, and the length of its block. */
export const FAMILY = {
  unspec: { code: 0x0, length: 0 },
  ipv4: { code: 0x1, length: 12 },
  ipv6: { code: 0x2, length: 36 },
  unix: { code: 0x3, length: 216 },
} as const;

export type Family = keyof typeof FAMILY;

/** The path of a Unix socket takes the whole of its field, or ends at a NUL. */
export const PATH_LENGTH = 108;

interface Endpoints {
  readonly source: Endpoint;
  readonly destination: Endpoint;
}

export function familyOf(code: number): Family | undefined {
  return (['unspec', 'ipv4', 'ipv6', 'unix'] as const)[code];
}

/** Both addresses, and behind them both ports. */
export function readAddresses(family: Exclude<Family, 'unspec'>, block: Buffer): Endpoints {
  if (family === 'unix') {
    return {
      source: readPath(block.subarray(0, PATH_LENGTH)),
      destination: readPath(block.subarray(PATH_LENGTH, 2 * PATH_LENGTH)),
    };
  }
  const size = family === 'ipv4' ? 4 : 16;
  return {
    source: formatAddress(addressText(block.subarray(0, size)), block.readUInt16BE(2 * size)),
    destination: formatAddress(addressText(block.subarray(size, 2 * size)), block.readUInt16BE(2 * size + 2)),
  };
}

/** Without a name, and in Linux' abstract namespace, whose names begin with a NUL, there is no path. */
function readPath(field: Buffer): Endpoint {
  const end = field.indexOf(0);
  return `unix:${field.toString('utf8', 0, end === -1 ? PATH_LENGTH : end)}`;
}
