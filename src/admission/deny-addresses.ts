import { isIP } from 'node:net';
import { addressOf } from './peer-address.ts';
import { readAddressList, type AddressList } from './address-list.ts';
import type { Admission } from './arrival.ts';

/**
 * Refuses who comes from these addresses, and lets in everybody else.
 *
 * ```text
 * from 203.0.113.9         denyAddresses(['203.0.113.0/24'])   refused, ERR_NOT_ACCEPTED
 * from 192.0.2.7                                               in
 * ```
 *
 * @throws TransportError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { BlockList } from 'node:net';
 * import { denyAddresses, listen, serve } from 'rxjs-net';
 *
 * const banned = new BlockList();
 * listen('127.0.0.1:7000', { accept: denyAddresses(banned) })
 *   .pipe(serve((connection) => connection.received))
 *   .subscribe();
 * banned.addAddress('203.0.113.9'); // from now on
 * ```
 * @see The Node manual on `net.BlockList`
 * @public
 */
export function denyAddresses(list: AddressList): Admission {
  const isListed = readAddressList(list);
  return ({ remote }) => {
    const address = addressOf(remote);
    // Over a Unix socket nobody has an address; over TCP, who has none cannot be told from who is listed.
    return address === undefined || (isIP(address) !== 0 && !isListed(address));
  };
}
