import { addressOf } from './peer-address.ts';
import { readAddressList, type AddressList } from './address-list.ts';
import type { Admission } from './arrival.ts';

/**
 * Lets in who comes from these addresses, and nobody else.
 *
 * ```text
 * from 10.1.2.3            allowAddresses(['10.0.0.0/8'])   in
 * from ::ffff:10.1.2.3                                      in
 * from 192.0.2.7                                            refused, ERR_NOT_ACCEPTED
 * ```
 *
 * Who has no address, as over a Unix socket, is refused. A `net.BlockList` may be changed while the server runs.
 *
 * @throws TransportError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { allowAddresses, listen, serve } from 'rxjs-net';
 *
 * listen('127.0.0.1:7000', { accept: allowAddresses(['127.0.0.0/8', '2001:db8::/32']) })
 *   .pipe(serve((connection) => connection.received))
 *   .subscribe();
 * ```
 * @see The Node manual on `net.BlockList`
 * @public
 */
export function allowAddresses(list: AddressList): Admission {
  const isListed = readAddressList(list);
  return ({ remote }) => isListed(addressOf(remote) ?? '');
}
