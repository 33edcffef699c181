import { readFileSync } from 'node:fs';
import { errorMeanings } from '../../src/errors/error-codes.ts';
import { TransportError } from '../../src/errors/transport-error.ts';

describe('TransportError', () => {
  it('tells the phase, the endpoint, what happened, what to do and the code in one line (rule 16)', () => {
    const cause = new Error('connect ECONNREFUSED');
    const error = new TransportError('ERR_CONNECTION_REFUSED', {
      phase: 'connect',
      endpoint: 'localhost:1',
      detail: 'it said no',
      cause,
    });
    expect(error.message).toBe(
      'connect localhost:1: it said no: nobody listens there; start the server or correct the endpoint (ERR_CONNECTION_REFUSED)',
    );
    expect(error).toMatchObject({ name: 'TransportError', phase: 'connect', endpoint: 'localhost:1', cause });
    expect(error.causes).toEqual([]);
  });

  it('has no endpoint and no cause where there is none', () => {
    const error = new TransportError('ERR_INVALID_OPTION', { phase: 'parse' });
    expect(error.endpoint).toBeUndefined();
    expect('cause' in error).toBe(false);
    expect(error.message).toMatch(/^parse: an option/u);
  });

  it('is recognised across two loaded copies of the library', () => {
    jest.isolateModules(() => {
      const copy = jest.requireActual<{ TransportError: typeof TransportError }>(
        '../../src/errors/transport-error.ts',
      );
      const foreign = new copy.TransportError('ERR_CLOSED', { phase: 'write' });
      expect(foreign).not.toBeInstanceOf(TransportError);
      expect(TransportError.is(foreign)).toBe(true);
    });
  });

  it.each([undefined, null, 'ERR_CLOSED', new Error('x'), { code: 'ERR_CLOSED' }])(
    'does not take %p for one',
    (value) => {
      expect(TransportError.is(value)).toBe(false);
    },
  );

  it('has a row in the README for every code, with its meaning and what to do', () => {
    const readme = readFileSync('README.md', 'utf8');
    for (const [code, text] of Object.entries(errorMeanings)) {
      const [meaning, ...whatToDo] = text.split('; ');
      expect(readme).toContain(`| \`${code}\` | ${String(meaning)} | ${whatToDo.join('; ')} |`);
    }
  });
});
