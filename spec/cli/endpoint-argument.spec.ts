import { endpointOf, LISTENER } from '../../src/cli/endpoint-argument.ts';
import { UsageError } from '../../src/cli/usage-error.ts';

describe('endpointOf', () => {
  it('takes the argument as it is', () => {
    expect(endpointOf('127.0.0.1:7000', {})).toBe('127.0.0.1:7000');
    expect(endpointOf('tls://localhost:7000', { unix: false })).toBe('tls://localhost:7000');
  });

  it.each([
    ['/run/app.sock', 'unix:/run/app.sock'],
    ['unix:/run/app.sock', 'unix:/run/app.sock'],
  ])('takes %s for a path with --unix', (argument, endpoint) => {
    expect(endpointOf(argument, { unix: true })).toBe(endpoint);
  });

  it.each([LISTENER.byDefault ?? '', 'tcp://127.0.0.1:7000', 'tls://localhost:7000'])(
    'says what to write where %s is no path',
    (argument) => {
      expect(() => endpointOf(argument, { unix: true })).toThrow(UsageError);
      expect(() => endpointOf(argument, { unix: true })).toThrow(/--unix needs a path/);
    },
  );
});
