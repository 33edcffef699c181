import type { Endpoint } from '../endpoint/endpoint.ts';
import { formatAddress } from '../endpoint/format-endpoint.ts';
import type { TransportErrorCode, TransportPhase } from './error-codes.ts';
import { tlsErrorCode } from './tls-error-codes.ts';
import { TransportError } from './transport-error.ts';

// Node's name of a system error (`errno(3)`, `getaddrinfo(3)`) to ours, whatever was being done.
const codes: ReadonlyMap<string, TransportErrorCode> = new Map([
  ['ECONNREFUSED', 'ERR_CONNECTION_REFUSED'],
  ['ENOENT', 'ERR_ENDPOINT_NOT_FOUND'],
  ['ENOTDIR', 'ERR_ENDPOINT_NOT_FOUND'],
  ['EROFS', 'ERR_PERMISSION_DENIED'],
  ['ENOTSOCK', 'ERR_NOT_A_SOCKET'],
  ['ENAMETOOLONG', 'ERR_PATH_TOO_LONG'],
  ['EADDRINUSE', 'ERR_ADDRESS_IN_USE'],
  ['EEXIST', 'ERR_ADDRESS_IN_USE'],
  ['EADDRNOTAVAIL', 'ERR_ADDRESS_NOT_AVAILABLE'],
  ['EACCES', 'ERR_PERMISSION_DENIED'],
  ['EPERM', 'ERR_PERMISSION_DENIED'],
  ['EMFILE', 'ERR_TOO_MANY_FILES'],
  ['ENOTSUP', 'ERR_UNSUPPORTED'],
  ['ENFILE', 'ERR_TOO_MANY_FILES'],
  ['ECONNRESET', 'ERR_CONNECTION_RESET'],
  ['ECONNABORTED', 'ERR_CONNECTION_RESET'],
  ['EPIPE', 'ERR_CONNECTION_RESET'],
  ['ENOTCONN', 'ERR_CONNECTION_RESET'],
  ['ERR_STREAM_PREMATURE_CLOSE', 'ERR_CONNECTION_RESET'],
  ['ETIMEDOUT', 'ERR_CONNECTION_LOST'],
  ['EHOSTUNREACH', 'ERR_CONNECTION_LOST'],
  ['ENETUNREACH', 'ERR_CONNECTION_LOST'],
  ['EHOSTDOWN', 'ERR_CONNECTION_LOST'],
  ['ENETDOWN', 'ERR_CONNECTION_LOST'],
  ['ENOTFOUND', 'ERR_HOST_NOT_FOUND'],
  ['EAI_AGAIN', 'ERR_HOST_NOT_FOUND'],
  ['ABORT_ERR', 'ERR_ABORTED'],
]);

// The same system error means something else before the connection stood.
const whileConnecting: ReadonlyMap<string, TransportErrorCode> = new Map([
  ['ETIMEDOUT', 'ERR_CONNECT_TIMEOUT'],
  ['EHOSTUNREACH', 'ERR_HOST_UNREACHABLE'],
  ['ENETUNREACH', 'ERR_HOST_UNREACHABLE'],
  ['EHOSTDOWN', 'ERR_HOST_UNREACHABLE'],
  ['ENETDOWN', 'ERR_HOST_UNREACHABLE'],
]);

// Of several addresses that failed, the most telling failure names the whole: "refused" was an answer.
const tellingFirst: readonly TransportErrorCode[] = [
  'ERR_CONNECTION_REFUSED',
  'ERR_CONNECT_TIMEOUT',
  'ERR_CONNECTION_RESET',
  'ERR_HOST_UNREACHABLE',
];

/** The TransportError for whatever Node threw, emitted or passed to a callback. A TransportError stays as it is. */
export function toTransportError(
  error: unknown,
  phase: TransportPhase,
  endpoint?: Endpoint,
  connectionId?: string,
): TransportError {
  if (TransportError.is(error)) return error;
  if (isAggregate(error)) return fromAggregate(error, phase, endpoint);
  const name = textOf(error, 'code');
  // The message of a system error repeats what ours says already: the phase, the endpoint and the meaning.
  const known = name !== undefined && codes.has(name);
  const detail = known ? name : (textOf(error, 'message') ?? String(error));
  return new TransportError(codeOf(name, phase), {
    phase: phaseOf(error, phase),
    endpoint,
    connectionId,
    detail,
    cause: error,
  });
}

function codeOf(name: string | undefined, phase: TransportPhase): TransportErrorCode {
  const special = phase === 'connect' ? whileConnecting.get(name ?? '') : undefined;
  const known = special ?? codes.get(name ?? '') ?? tlsErrorCode(name ?? '');
  if (known !== undefined) return known;
  // Node checks what it is given before it acts: ERR_INVALID_ARG_TYPE, ERR_INVALID_IP_ADDRESS, ERR_OUT_OF_RANGE …
  if (name !== undefined && /^ERR_(?:INVALID|OUT_OF_RANGE)/u.test(name)) return 'ERR_INVALID_OPTION';
  return phase === 'resolve' ? 'ERR_HOST_NOT_FOUND' : 'ERR_SYSTEM';
}

/** libuv names the system call that failed, which is more exact than what we believed to be doing. */
function phaseOf(error: unknown, phase: TransportPhase): TransportPhase {
  switch (textOf(error, 'syscall')) {
    case 'getaddrinfo':
      return 'resolve';
    case 'write':
    case 'writev':
    case 'shutdown':
      return 'write';
    default:
      return phase;
  }
}

/** Happy Eyeballs reports one error per address; each becomes a cause of its own with that address. */
function fromAggregate(
  error: { readonly errors: readonly unknown[] },
  phase: TransportPhase,
  endpoint?: Endpoint,
): TransportError {
  const causes = error.errors.map((each) => toTransportError(each, phase, addressOf(each) ?? endpoint));
  const code = tellingFirst.find((candidate) => causes.some((each) => each.code === candidate));
  return new TransportError(code ?? causes[0]?.code ?? 'ERR_SYSTEM', {
    phase,
    endpoint,
    detail: `${causes.length} addresses were tried (${causes.map((each) => each.endpoint).join(', ')})`,
    cause: error,
    causes,
  });
}

/** By shape: an AggregateError of another realm (a vm context, a test environment) is no instance of ours. */
function isAggregate(error: unknown): error is { readonly errors: readonly unknown[] } {
  return typeof error === 'object' && error !== null && 'errors' in error && Array.isArray(error.errors);
}

function addressOf(error: unknown): Endpoint | undefined {
  const address = textOf(error, 'address');
  const port = textOf(error, 'port');
  if (address === undefined || port === undefined) return undefined;
  return formatAddress(address, Number(port));
}

function textOf(error: unknown, property: string): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, property);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
