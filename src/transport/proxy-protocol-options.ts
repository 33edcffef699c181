import { readAddressList, type AddressList, type IsListed } from '../admission/address-list.ts';
import { millisecondsOption, quantityOption } from '../errors/option-range.ts';
import { invalidOption } from '../errors/invalid-option.ts';
import { MAX_PROXY_HEADER_LENGTH } from '../proxy-protocol/parse-proxy-header.ts';

/**
 * From whom a listener takes headers of the PROXY protocol. Everybody else is refused: who may write one, may say that he is
 * anybody.
 *
 * @see https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt
 * @public
 */
export interface ProxyProtocolOptions {
  /** The addresses of the proxies. Over a Unix socket the mode of its file says who may connect, and the list is not asked. */
  readonly trusted: AddressList;
  /** Milliseconds that the header may take. Default 5000; `Infinity` for no limit. */
  readonly headerTimeout?: number | undefined;
  /** The most bytes that a header of version 2 may have. Default 4096; one of version 1 has up to 107. */
  readonly maxHeaderLength?: number | undefined;
}

/** {@link ProxyProtocolOptions} with every default in its place. */
export interface ProxyProtocolSettings {
  readonly isTrusted: IsListed;
  readonly headerTimeout: number;
  readonly maxHeaderLength: number;
}

// The specification asks for 3 seconds at the least, so that one packet may be lost (proxy-protocol.txt, 2).
const HEADER_TIMEOUT = 5_000;
const SHORTEST_LIMIT = 16;

export function readProxyProtocolOptions(
  options: ProxyProtocolOptions | undefined,
): ProxyProtocolSettings | undefined {
  if (options === undefined) return undefined;
  return {
    isTrusted: readAddressList(trustedOf(options)),
    headerTimeout: millisecondsOption('headerTimeout', options.headerTimeout, HEADER_TIMEOUT),
    maxHeaderLength: quantityOption(
      'maxHeaderLength',
      options.maxHeaderLength,
      MAX_PROXY_HEADER_LENGTH,
      SHORTEST_LIMIT,
    ),
  };
}

/** A program without types may say `true`, which would have to mean everybody. */
function trustedOf(options: Partial<ProxyProtocolOptions>): AddressList {
  const { trusted } = (options as typeof options | null) ?? {};
  if (trusted !== undefined) return trusted;
  const detail = "proxyProtocol takes the addresses of the proxies: { trusted: ['10.0.0.0/8'] }";
  throw invalidOption(detail);
}
