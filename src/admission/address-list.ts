import { BlockList, isIP } from 'node:net';
import type { TransportError } from '../errors/transport-error.ts';
import { invalidOption } from '../errors/invalid-option.ts';
import { MAPPED_ADDRESS } from './peer-address.ts';

/**
 * Addresses and networks: `['10.0.0.0/8', '2001:db8::/32', '192.0.2.7']`, or a `net.BlockList`.
 *
 * @public
 */
export type AddressList = BlockList | readonly string[];

const MAPPED_PREFIX = 96;

/** Whether an address stands in the list. IPv4 is found in either spelling, as in `::ffff:10.0.0.1`. */
export type IsListed = (address: string) => boolean;

/**
 * Reads a list once. A network of IPv6 holds no IPv4, although `net.BlockList` takes every IPv4 address for one of `::ffff:0:0/96`:
 * who allows `::/0` does not mean that. Throws `ERR_INVALID_OPTION` for what is no address and no network.
 */
export function readAddressList(list: AddressList): IsListed {
  const { ipv4, ipv6 } = isBlockList(list) ? { ipv4: list, ipv6: list } : toBlockLists(list);
  return (address) => {
    const family = isIP(address);
    return family === 4 ? ipv4.check(address, 'ipv4') : family === 6 && ipv6.check(address, 'ipv6');
  };
}

interface BlockLists {
  readonly ipv4: BlockList;
  readonly ipv6: BlockList;
}

/** By its shape, because callers without types give anything. */
function isBlockList(list: AddressList): list is BlockList {
  return typeof list === 'object' && (list as object | null) !== null && 'check' in list;
}

function toBlockLists(networks: readonly string[]): BlockLists {
  if (!Array.isArray(networks)) throw refused(networks);
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const network of networks as readonly unknown[]) add(lists, network);
  return lists;
}

function add({ ipv4, ipv6 }: BlockLists, network: unknown): void {
  if (typeof network !== 'string') throw refused(network);
  const [text = '', length, ...rest] = network.split('/');
  const mapped = MAPPED_ADDRESS.exec(text)?.[1];
  const address = mapped ?? text;
  const family = isIP(address);
  const most = family === 4 ? 32 : 128;
  // Of a mapped address the length counts the 96 bits in front of it as well.
  const before = mapped === undefined ? 0 : MAPPED_PREFIX;
  const prefix = length === undefined ? most : prefixOf(length) - before;
  if (family === 0 || rest.length > 0 || !(prefix >= 0 && prefix <= most)) throw refused(network);
  if (family === 4) ipv4.addSubnet(address, prefix, 'ipv4');
  else ipv6.addSubnet(address, prefix, 'ipv6');
}

function prefixOf(length: string): number {
  return /^\d{1,3}$/u.test(length) ? Number(length) : Number.NaN;
}

function refused(network: unknown): TransportError {
  const detail = `'${String(network)}' is no address and no network; write ['10.0.0.0/8', '2001:db8::/32', '192.0.2.7']`;
  return invalidOption(detail);
}
