import { closedLine, refusedLine } from '../../src/cli/connection-report.ts';
import { oneLine } from '../../src/cli/one-line.ts';
import { TransportError } from '../../src/index.ts';
import { connectionDouble } from '../../src/testing/index.ts';

// As OpenSSL says it.
const detail = 'C0B7:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:ssl3_record.c:355:\n';

describe('what an error says', () => {
  it.each([
    [new Error(detail), detail.trim()],
    [new Error(`handshake: ${detail}: see cause`), `handshake: ${detail.trim()} see cause`],
    [new Error('first,\n  second\n'), 'first, second'],
    ['not even an error', 'not even an error'],
  ])('is one line: %s', (error, line) => {
    expect(oneLine(error)).toBe(line);
  });

  it('is one line of a report on connections, too', () => {
    const error = new TransportError('ERR_TLS_FAILED', { phase: 'handshake', detail });
    expect(error.message).toContain('\n');
    expect(refusedLine({ remote: undefined, error })).not.toContain('\n');
    expect(refusedLine({ remote: '127.0.0.1:1', error })).not.toContain('\n');
    const summary = {
      bytesRead: 0,
      bytesWritten: 0,
      bytesDiscarded: 0,
      writesRefused: 0,
      duration: 1,
      error,
    };
    expect(closedLine(connectionDouble(), summary)).not.toContain('\n');
  });
});
