import { BlockList, isIP } from 'node:net';
import { TransportError } from '../errors/transport-error.ts';

/**
 * Addresses and networks: `['10.0.0.0/8', '2001:db8::/32', '192.0.2.7']`, or a `net.BlockList`.
 *
 * @public
 */
export type AddressList = BlockList | readonly string[];

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/iu;
const MAPPED_PREFIX = 96;

/** Whether an address stands in the list. IPv4 is found in either spelling, as in `::ffff:10.0.0.1`. */
export type IsListed = (address: string) => boolean;

/** Reads a list once. Throws `ERR_INVALID_OPTION` for what is no address and no network. */
export function readAddressList(list: AddressList): IsListed {
  const blocks = 'check' in list ? list : toBlockList(list);
  return (address) => {
    const family = isIP(address);
    return family !== 0 && blocks.check(address, family === 4 ? 'ipv4' : 'ipv6');
  };
}

function toBlockList(networks: readonly string[]): BlockList {
  const blocks = new BlockList();
  for (const network of networks) add(blocks, network);
  return blocks;
}

function add(blocks: BlockList, network: string): void {
  const [text = '', length, ...rest] = network.split('/');
  const mapped = MAPPED.exec(text)?.[1];
  const address = mapped ?? text;
  const family = isIP(address);
  const most = family === 4 ? 32 : 128;
  // Of a mapped address the length counts the 96 bits in front of it as well.
  const before = mapped === undefined ? 0 : MAPPED_PREFIX;
  const prefix = length === undefined ? most : prefixOf(length) - before;
  if (family === 0 || rest.length > 0 || !(prefix >= 0 && prefix <= most)) {
    const detail = `'${network}' is no address and no network; write 10.0.0.0/8, 2001:db8::/32 or 192.0.2.7`;
    throw new TransportError('ERR_INVALID_OPTION', { phase: 'parse', detail });
  }
  blocks.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
}

function prefixOf(length: string): number {
  return /^\d{1,3}$/u.test(length) ? Number(length) : Number.NaN;
}
