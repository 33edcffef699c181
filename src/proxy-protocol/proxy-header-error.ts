import { TransportError, type TransportErrorInit } from '../errors/transport-error.ts';

/** A connection that does not begin with a header, for what {@link parseProxyHeader} says of it. */
export function proxyHeaderError(
  detail: string,
  where: Pick<TransportErrorInit, 'endpoint' | 'connectionId'> = {},
): TransportError {
  return new TransportError('ERR_PROXY_HEADER', { ...where, phase: 'accept', detail });
}
