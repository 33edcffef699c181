import { benchJson, benchProgress, benchTable } from '../../src/cli/bench-report.ts';
import { BenchTally } from '../../src/cli/bench-tally.ts';
import { TransportError } from '../../src/index.ts';

const subject = { endpoint: 'a:1', connections: 1, inFlight: 2, size: 100, framing: 'lines' } as const;

/** Four right answers in two seconds, one wrong, and three failures. */
function tally(): BenchTally {
  const found = new BenchTally();
  found.ask(1000);
  for (const at of [1001, 1002, 2000, 3000]) found.answer(true, at - (at === 3000 ? 1500 : 0.25), at);
  found.answer(false, 2999, 3000);
  found.unanswered = 2;
  found.fail(new TransportError('ERR_CONNECTION_RESET', { phase: 'read' }));
  found.fail(new TransportError('ERR_CONNECTION_RESET', { phase: 'read' }));
  found.fail('odd');
  return found;
}

describe('the report of a benchmark', () => {
  it('is a table for a person', () => {
    expect(benchTable(subject, tally(), false)).toEqual([
      'a:1: 1 connection, 2 in flight on each, 100 B as lines',
      '',
      'answered    4 in 2.0 s, 2/s',
      'bytes       400 B each way, 200 B/s',
      'wrong       1',
      'unanswered  2',
      'errors      2 ERR_CONNECTION_RESET, 1 unknown',
      '',
      '              p50       p90       p99     p99.9       max',
      'latency    250 µs    1.50 s    1.50 s    1.50 s    1.50 s',
    ]);
  });

  it('has no latency where nothing was answered', () => {
    const lines = benchTable(subject, new BenchTally(), false);
    expect(lines.slice(2)).toEqual([
      'answered    0 in 0 ms, 0/s',
      'bytes       0 B each way, 0 B/s',
      'wrong       0',
      'unanswered  0',
      'errors      0',
    ]);
  });

  it('has what went wrong in red, for who wants colours', () => {
    const lines = benchTable(subject, tally(), true);
    expect(lines[4]).toBe('wrong       \u001b[31m1\u001b[39m');
    expect(lines[0]).toMatch(/^\u001b\[1m.*\u001b\[22m$/u); // eslint-disable-line no-control-regex -- bold
  });

  it('is JSON for a program', () => {
    expect(JSON.parse(benchJson(subject, tally()))).toEqual({
      ...subject,
      ...{ seconds: 2, answered: 4, answeredPerSecond: 2, bytesPerSecond: 200, wrong: 1, unanswered: 2 },
      errors: { ERR_CONNECTION_RESET: 2, unknown: 1 },
      latency: {
        p50: expect.closeTo(0.25, 2),
        ...Object.fromEntries(['p90', 'p99', 'p99.9', 'max'].map((name) => [name, expect.closeTo(1500, -1)])),
        mean: expect.any(Number),
      },
    });
    expect(JSON.parse(benchJson(subject, new BenchTally()))).toMatchObject({
      latency: { p50: null, max: null, mean: null },
    });
  });

  it('is one line while it runs', () => {
    expect(benchProgress(tally(), 2000, 10_000)).toBe(
      '2.0 s of 10.0 s; 4 answered, 2/s; p50 250 µs, p99 1.50 s; 1 wrong, 3 errors',
    );
    expect(benchProgress(new BenchTally(), 0, 10_000)).toBe(
      '0 ms of 10.0 s; 0 answered, 0/s; no latency yet; 0 wrong, 0 errors',
    );
  });
});
