import { exitCodeOf } from '../../src/cli/exit-code.ts';
import { Interrupted } from '../../src/cli/interrupted.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { TransportError } from '../../src/index.ts';

describe('the exit code', () => {
  it.each<readonly [code: number, error: unknown]>([
    [2, new UsageError('write it so')],
    [2, new TransportError('ERR_INVALID_ENDPOINT', { phase: 'parse' })],
    [2, new TransportError('ERR_INVALID_OPTION', { phase: 'parse' })],
    [2, new TransportError('ERR_UNSUPPORTED', { phase: 'parse' })],
    [1, new TransportError('ERR_ADDRESS_IN_USE', { phase: 'bind' })],
    [1, new Error('anything')],
    [1, 'not even an error'],
    [130, new Interrupted('in the middle')],
  ])('is %d for %s', (code, error) => {
    expect(exitCodeOf(error)).toBe(code);
  });
});
