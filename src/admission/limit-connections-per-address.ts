import { quantityOption } from '../errors/option-range.ts';
import type { Admission } from './arrival.ts';

// An office behind one address.
const CONNECTIONS_PER_ADDRESS = 100;

/**
 * Refuses who has as many connections open from one address already; of IPv6, from one /64.
 *
 * ```text
 * from 192.0.2.7     c--c--c     limitConnectionsPerAddress(2)
 * let in             c--c--x     x: ERR_NOT_ACCEPTED; the next is let in when one of the two is closed
 * ```
 *
 * @param most - connections that one address may have open. Default 100
 * @throws TransportError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { limitConnectionsPerAddress, listen, serve } from 'rxjs-net';
 *
 * listen('127.0.0.1:7000', { accept: limitConnectionsPerAddress(100) })
 *   .pipe(serve((connection) => connection.received))
 *   .subscribe();
 * ```
 * @public
 */
export function limitConnectionsPerAddress(most?: number): Admission {
  const limit = quantityOption('limitConnectionsPerAddress', most, CONNECTIONS_PER_ADDRESS, 1);
  return ({ connectionsFromAddress }) => connectionsFromAddress < limit;
}
