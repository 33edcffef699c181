import type { EndpointParts } from '../endpoint/endpoint.ts';
import { formatEndpoint } from '../endpoint/format-endpoint.ts';
import { TransportError } from '../errors/transport-error.ts';

/** TLS is not there yet, and what asked for it must never go out in the clear. */
export function refuseTls(target: EndpointParts, phase: 'bind' | 'connect'): void {
  if (target.kind === 'unix' || !target.tls) return;
  throw new TransportError('ERR_UNSUPPORTED', { phase, endpoint: formatEndpoint(target), detail: 'tls://' });
}
