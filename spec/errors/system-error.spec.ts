import { toTransportError } from '../../src/errors/system-error.ts';
import { TransportError } from '../../src/errors/transport-error.ts';

const systemError = (code: string, more: object = {}): Error =>
  Object.assign(new Error(`${code} happened`), { code, ...more });

describe('toTransportError', () => {
  it('leaves a TransportError as it is', () => {
    const error = new TransportError('ERR_CLOSED', { phase: 'write' });
    expect(toTransportError(error, 'read')).toBe(error);
  });

  it('keeps the original error as the cause (rule 16)', () => {
    const cause = systemError('ECONNRESET');
    expect(toTransportError(cause, 'read', 'h:1')).toMatchObject({
      code: 'ERR_CONNECTION_RESET',
      phase: 'read',
      endpoint: 'h:1',
      cause,
    });
  });

  it.each([
    ['ECONNREFUSED', 'connect', 'ERR_CONNECTION_REFUSED'],
    ['ETIMEDOUT', 'connect', 'ERR_CONNECT_TIMEOUT'],
    ['ETIMEDOUT', 'read', 'ERR_CONNECTION_LOST'],
    ['EHOSTUNREACH', 'connect', 'ERR_HOST_UNREACHABLE'],
    ['ENETUNREACH', 'read', 'ERR_CONNECTION_LOST'],
    ['EADDRINUSE', 'bind', 'ERR_ADDRESS_IN_USE'],
    ['ENOTSUP', 'bind', 'ERR_UNSUPPORTED'],
    ['EMFILE', 'accept', 'ERR_TOO_MANY_FILES'],
    ['ERR_INVALID_ARG_TYPE', 'connect', 'ERR_INVALID_OPTION'],
    ['EWHATEVER', 'read', 'ERR_SYSTEM'],
    ['ECANCELLED', 'resolve', 'ERR_HOST_NOT_FOUND'],
  ] as const)('makes of %s while in phase %s the code %s', (name, phase, code) => {
    expect(toTransportError(systemError(name), phase).code).toBe(code);
  });

  it.each([
    ['getaddrinfo', 'resolve'],
    ['write', 'write'],
    ['shutdown', 'write'],
    ['read', 'read'],
  ] as const)('takes the phase from the system call %s', (syscall, phase) => {
    expect(toTransportError(systemError('ECONNRESET', { syscall }), 'read').phase).toBe(phase);
  });

  it('describes what is no error at all', () => {
    expect(toTransportError('boom', 'read')).toMatchObject({ code: 'ERR_SYSTEM', cause: 'boom' });
    expect(toTransportError(undefined, 'read').message).toContain('undefined');
  });

  it('unwraps an AggregateError into one cause per address (rule 16)', () => {
    const aggregate = new AggregateError([
      systemError('ENETUNREACH', { address: '2001:db8::1', port: 80 }),
      systemError('ECONNREFUSED', { address: '127.0.0.1', port: 80 }),
    ]);
    const error = toTransportError(aggregate, 'connect', 'localhost:80');
    expect(error).toMatchObject({
      code: 'ERR_CONNECTION_REFUSED',
      endpoint: 'localhost:80',
      cause: aggregate,
    });
    expect(error.causes.map(({ code, endpoint }) => [code, endpoint])).toEqual([
      ['ERR_HOST_UNREACHABLE', '[2001:db8::1]:80'],
      ['ERR_CONNECTION_REFUSED', '127.0.0.1:80'],
    ]);
    expect(error.message).toContain('2 addresses were tried ([2001:db8::1]:80, 127.0.0.1:80)');
  });

  it('names the whole after the first cause when none is more telling', () => {
    const aggregate = new AggregateError([systemError('EACCES'), systemError('EADDRNOTAVAIL')]);
    expect(toTransportError(aggregate, 'connect', 'h:1')).toMatchObject({
      code: 'ERR_PERMISSION_DENIED',
      causes: [{ endpoint: 'h:1' }, { endpoint: 'h:1' }],
    });
    expect(toTransportError(new AggregateError([]), 'connect').code).toBe('ERR_SYSTEM');
  });
});
