import { TransportError } from '../errors/transport-error.ts';
import type { EndpointParts, TcpEndpoint } from './endpoint.ts';

const UNIX = /^unix:(?<path>.*)$/su;
const TCP = /^(?:(?<scheme>tcp|tls):\/\/)?(?:\[(?<ipv6>[^\]]*)\]|(?<name>[^:]*)):(?<port>\d{1,5})$/su;
// What may stand in a host name or an IPv4 address: letters, digits, dots, dashes and underscores. Letters of any
// script, because Node turns an internationalised name into ASCII itself.
const HOST_NAME = /^[\p{L}\p{M}\p{N}._-]{1,253}$/u;
// The scope of a link-local address (RFC 4007, `fe80::1%eth0`), which the URL standard does not know.
const ZONE = /%[\w.-]+$/u;
const IPV6_DIGITS = /^[\da-f:.]+$/iu;
const MAX_PORT = 65_535;
const SHOWN = 80;

/**
 * Takes an endpoint apart, and throws a {@link TransportError} `ERR_INVALID_ENDPOINT` that says what is wrong with it.
 *
 * `unix:/a`, `unix://a` and `unix:///a` all mean the path `/a`; `unix:a` is relative to the working directory.
 *
 * @throws TransportError `ERR_INVALID_ENDPOINT`
 * @example
 * ```ts
 * import { parseEndpoint } from 'rxjs-net';
 *
 * console.log(parseEndpoint('[::1]:80')); // { kind: 'tcp', host: '::1', port: 80, tls: false }
 * console.log(parseEndpoint('unix:///run/app.sock')); // { kind: 'unix', path: '/run/app.sock' }
 * ```
 * @public
 */
export function parseEndpoint(text: string): EndpointParts {
  const parts = tryParse(text);
  if (typeof parts === 'string') {
    const shown = typeof text === 'string' ? JSON.stringify(shorten(text)) : typeof text;
    throw new TransportError('ERR_INVALID_ENDPOINT', { phase: 'parse', detail: `${shown}: ${parts}` });
  }
  return parts;
}

/**
 * Tells whether a value is a TCP endpoint: `host:port` with a non-empty host and a port from 0 to 65535.
 *
 * @example
 * ```ts
 * import { isTcpEndpoint } from 'rxjs-net';
 *
 * console.log(isTcpEndpoint('localhost:80')); // true
 * console.log(isTcpEndpoint('[::1]:80')); // true
 * console.log(isTcpEndpoint('localhost')); // false
 * ```
 * @public
 */
export function isTcpEndpoint(value: unknown): value is TcpEndpoint {
  const parts = tryParse(value);
  return typeof parts !== 'string' && parts.kind === 'tcp';
}

/** The parts, or a sentence that says why there are none. */
function tryParse(value: unknown): EndpointParts | string {
  if (typeof value !== 'string') return 'an endpoint is a string';
  const path = UNIX.exec(value)?.groups?.['path'];
  return path === undefined ? parseTcp(value) : parseUnix(path);
}

function parseUnix(path: string): EndpointParts | string {
  if (path.includes('\0')) return 'a Unix socket path has no NUL byte';
  const normal = path.replace(/^\/+/u, '/');
  if (normal === '' || normal.endsWith('/')) return 'name a file, as in unix:/run/app.sock';
  return { kind: 'unix', path: normal };
}

function parseTcp(text: string): EndpointParts | string {
  const groups = TCP.exec(text)?.groups;
  if (groups === undefined) {
    return text.startsWith('/')
      ? 'a path needs its scheme, as in unix:/run/app.sock'
      : 'write host:port, as in 127.0.0.1:8080, localhost:0 or [::1]:8080';
  }
  const { scheme, ipv6, name, port } = groups;
  const host = ipv6 ?? name ?? '';
  if (Number(port) > MAX_PORT) return `ports go from 0 to ${MAX_PORT}`;
  if (host === '') return 'the host is missing: use 127.0.0.1, or 0.0.0.0 for every interface';
  if (ipv6 !== undefined && !isIPv6(ipv6)) return 'only an IPv6 address stands in brackets';
  if (ipv6 === undefined && !HOST_NAME.test(host)) return 'the host holds a character that no host name has';
  return { kind: 'tcp', host, port: Number(port), tls: scheme === 'tls' };
}

function shorten(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

/** The URL standard's parser knows every form of IPv6, but strips white space, so the characters are looked at first. */
function isIPv6(text: string): boolean {
  const address = text.replace(ZONE, '');
  return IPV6_DIGITS.test(address) && URL.canParse(`tcp://[${address}]`);
}
