import type { Endpoint } from '../endpoint/endpoint.ts';
import { acceptCheck } from './accept-check.ts';
import type { BindSettings } from './bind-options.ts';
import type { Check } from './candidate.ts';
import { proxyCheck } from './proxy-check.ts';
import type { TlsAcceptor } from './tls-acceptor.ts';
import { tlsCheck } from './tls-check.ts';

/** In this order: who comes is found out before anybody is asked whether he may, and that before he costs a handshake. */
export function checksOf(
  settings: BindSettings,
  acceptor: TlsAcceptor | undefined,
  endpoint: Endpoint,
): Check[] {
  const { proxyProtocol, accept } = settings;
  return [
    ...(proxyProtocol === undefined ? [] : [proxyCheck(proxyProtocol, settings, endpoint)]),
    ...(accept === undefined ? [] : [acceptCheck(accept, settings, endpoint)]),
    ...(acceptor === undefined ? [] : [tlsCheck(acceptor, settings, endpoint)]),
  ];
}
