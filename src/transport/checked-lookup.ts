import type { LookupFunction } from 'node:net';

/**
 * A lookup that never succeeds without an address: Node would throw at that in its own callback, as an uncaught exception.
 */
export function checkedLookup(lookup: LookupFunction): LookupFunction {
  return (host, options, callback) => {
    lookup(host, options, (error, address: unknown, family) => {
      const found = typeof address === 'string' || (Array.isArray(address) && address.length > 0);
      if (error !== null || found) callback(error, address as string, family);
      else callback(new Error(`the lookup gave no address for ${host}`), '', 0);
    });
  };
}
