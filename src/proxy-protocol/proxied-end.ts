import { parseEndpoint } from '../endpoint/parse-endpoint.ts';
import { TransportError } from '../errors/transport-error.ts';
import { invalidOption } from '../errors/invalid-option.ts';
import { PATH_LENGTH } from './address-block.ts';
import { addressBytes } from './ip-address.ts';

/** One end of the connection that is relayed, in bytes. */
export type ProxiedEnd =
  | { readonly kind: 'tcp'; readonly address: Buffer; readonly port: number }
  | { readonly kind: 'unix'; readonly path: Buffer };

// A scope (RFC 4007) means something on this machine alone, and the header has no room for one.
const ZONE = /%.*$/su;
// What a Unix socket that was not bound is called.
const UNNAMED = 'unix:';

/** Throws `ERR_INVALID_ENDPOINT`, `ERR_INVALID_OPTION` for a host name, and `ERR_PATH_TOO_LONG`. */
export function proxiedEnd(name: string, endpoint: string): ProxiedEnd {
  if (endpoint === UNNAMED) return { kind: 'unix', path: Buffer.alloc(0) };
  const parts = parseEndpoint(endpoint);
  if (parts.kind === 'unix') return unixEnd(name, parts.path);
  const address = addressBytes(parts.host.replace(ZONE, ''));
  if (address !== undefined) return { kind: 'tcp', address, port: parts.port };
  throw invalidOption(`${name} is ${parts.host}; the PROXY protocol has addresses, and no host names`);
}

function unixEnd(name: string, text: string): ProxiedEnd {
  const path = Buffer.from(text);
  if (path.length <= PATH_LENGTH) return { kind: 'unix', path };
  const detail = `${name} has ${path.length} bytes, and a header has room for ${PATH_LENGTH}`;
  throw new TransportError('ERR_PATH_TOO_LONG', { phase: 'parse', detail });
}
