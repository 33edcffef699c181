import { invalidOption } from '../errors/invalid-option.ts';
import { PATH_LENGTH, type Family } from './address-block.ts';
import { mapped, plainAddressText } from './ip-address.ts';
import { proxiedEnd, type ProxiedEnd } from './proxied-end.ts';

/** Both ends of the connection that is relayed, and what they have in common. */
export interface ProxiedAddresses {
  readonly family: Family;
  /** As they stand in a header of version 2. */
  readonly block: Buffer;
  /** As they stand in a line of version 1. */
  readonly text: string;
}

type TcpEnd = Extract<ProxiedEnd, { kind: 'tcp' }>;

const UNKNOWN: ProxiedAddresses = { family: 'unspec', block: Buffer.alloc(0), text: '' };

/** Of no end, the family is unspecified. Throws where one end is given alone, and where they do not go together. */
export function proxiedAddresses(
  source: string | undefined,
  destination: string | undefined,
): ProxiedAddresses {
  if (source === undefined && destination === undefined) return UNKNOWN;
  if (source === undefined || destination === undefined)
    throw invalidOption('source and destination go together');
  const [from, to] = [proxiedEnd('source', source), proxiedEnd('destination', destination)];
  if (from.kind === 'tcp' && to.kind === 'tcp') return tcpAddresses(from, to);
  if (from.kind === 'unix' && to.kind === 'unix') return unixAddresses(from.path, to.path);
  throw invalidOption('source and destination are not of one family');
}

/** An IPv4 address beside one of IPv6 is written as IPv6, as HAProxy does it. */
function tcpAddresses(from: TcpEnd, to: TcpEnd): ProxiedAddresses {
  const family = from.address.length === 4 && to.address.length === 4 ? 'ipv4' : 'ipv6';
  const addresses = [from.address, to.address].map((address) =>
    family === 'ipv6' && address.length === 4 ? mapped(address) : address,
  );
  const ports = [from.port, to.port];
  return {
    family,
    block: Buffer.concat([...addresses, Buffer.from(ports.flatMap((port) => [port >> 8, port & 0xff]))]),
    text: [...addresses.map(plainAddressText), ...ports].join(' '),
  };
}

function unixAddresses(from: Buffer, to: Buffer): ProxiedAddresses {
  const block = Buffer.alloc(2 * PATH_LENGTH);
  from.copy(block);
  to.copy(block, PATH_LENGTH);
  return { family: 'unix', block, text: '' };
}
