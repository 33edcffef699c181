import { TransportError } from '../../src/errors/transport-error.ts';
import { AllSeries } from '../../src/opentelemetry/series.ts';

const summary = { bytesRead: 2, bytesWritten: 3, bytesDiscarded: 0, writesRefused: 0, duration: 10 };

describe('AllSeries', () => {
  it('has one for the same key, and makes its attributes once', () => {
    const all = new AllSeries();
    const attributes = jest.fn(() => ({ a: 1 }));
    expect(all.of('a', attributes)).toBe(all.of('a', attributes));
    expect(attributes).toHaveBeenCalledTimes(1);
    expect(all.of('b', () => ({ a: 2 }))).not.toBe(all.of('a', attributes));
    expect([...all].map(({ attributes }) => attributes)).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it('has 2,000 at the most, the last of which is for all others', () => {
    const all = new AllSeries();
    const at = (n: number): ReturnType<typeof all.of> => all.of(`at ${n}`, () => ({ n }));
    for (let n = 0; n < 3000; n += 1) at(n).came();
    expect([...all]).toHaveLength(2000);
    expect([...all].at(-1)).toMatchObject({ attributes: { 'otel.metric.overflow': true }, open: 1001 });
    expect(at(7).open).toBe(1);
  });
});

describe('Series', () => {
  it('tells how each of its connections has ended, by one object for all that ended so, and counts each of them once', () => {
    const series = new AllSeries().of('a', () => ({ a: 1 }));
    const error = new TransportError('ERR_CONNECTION_RESET', { phase: 'read' });
    for (let n = 0; n < 5; n += 1) series.came();
    const clean = [series.closed(summary), series.closed(summary)];
    const lost = [series.closed({ ...summary, error }), series.closed({ ...summary, error })];
    expect([clean[0], lost[0]]).toEqual([{ a: 1 }, { a: 1, 'error.type': 'ERR_CONNECTION_RESET' }]);
    expect([clean[1], lost[1]].map((each, index) => each === [clean[0], lost[0]][index])).toEqual([
      true,
      true,
    ]);
    expect(series).toMatchObject({ open: 1, bytesRead: 8, bytesWritten: 12 });
    const told: unknown[] = [];
    const count = (): void => {
      series.count(
        (came) => told.push(came),
        (ended, attributes) => told.push([ended, attributes]),
      );
    };
    count();
    count();
    expect(told).toEqual([5, [2, clean[0]], [2, lost[0]]]);
  });
});
