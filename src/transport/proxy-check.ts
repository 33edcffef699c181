import { tap } from 'rxjs';
import { addressOf } from '../admission/peer-address.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { TransportError } from '../errors/transport-error.ts';
import { proxyHeaderError } from '../proxy-protocol/proxy-header-error.ts';
import type { Check } from './candidate.ts';
import { inTime } from './in-time.ts';
import type { ProxyProtocolSettings } from './proxy-protocol-options.ts';
import { readProxyHeader } from './read-proxy-header.ts';
import type { SocketSettings } from './socket-options.ts';

/** Takes from a trusted proxy who its client is. Nothing is read of anybody else. */
export function proxyCheck(
  { isTrusted, headerTimeout, maxHeaderLength }: ProxyProtocolSettings,
  { scheduler }: SocketSettings,
  endpoint: Endpoint,
): Check {
  const late = (): TransportError => proxyHeaderError(`no header within ${headerTimeout} ms`, { endpoint });
  return (candidate) => {
    const { socket, remote } = candidate;
    const address = addressOf(remote);
    // Over a Unix socket nobody has one: the mode of its file says who may connect.
    if (address !== undefined && !isTrusted(address)) {
      const detail = `${remote} is no trusted proxy`;
      throw new TransportError('ERR_NOT_ACCEPTED', { phase: 'accept', endpoint, detail });
    }
    const header = readProxyHeader(socket, maxHeaderLength, endpoint);
    return inTime(header, headerTimeout, scheduler, late).pipe(
      tap((told) => {
        candidate.proxied = told;
        candidate.remote = told.source ?? remote;
      }),
    );
  };
}
