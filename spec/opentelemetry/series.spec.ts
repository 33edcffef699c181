import { AllSeries } from '../../src/opentelemetry/series.ts';

describe('AllSeries', () => {
  it('has one for the same attributes', () => {
    const all = new AllSeries();
    expect(all.of({ a: 1 })).toBe(all.of({ a: 1 }));
    expect(all.of({ a: 2 })).not.toBe(all.of({ a: 1 }));
    expect([...all].map(({ attributes }) => attributes)).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it('has 2,000 at the most, the last of which is for all others', () => {
    const all = new AllSeries();
    for (let n = 0; n < 3000; n += 1) all.of({ n }).open += 1;
    expect([...all]).toHaveLength(2000);
    expect([...all].at(-1)).toMatchObject({ attributes: { 'otel.metric.overflow': true }, open: 1001 });
    expect(all.of({ n: 7 }).open).toBe(1);
  });
});
