import { seededRandom } from '../../../src/testing/simulation/seeded-random.ts';

function first(seed: number, count = 1000): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, random);
}

describe('seededRandom', () => {
  it('gives the same numbers for the same seed, on every machine', () => {
    expect(first(42, 3)).toEqual(first(42, 3));
    expect(first(42, 2)).toEqual([0.38591952132992446, 0.8631805598270148]);
  });

  it('gives unlike numbers for seeds that follow each other', () => {
    const begins = Array.from({ length: 1000 }, (_, seed) => first(seed, 1)[0]);
    expect(new Set(begins).size).toBe(1000);
  });

  it('gives numbers from 0 up to 1, evenly', () => {
    const numbers = first(7, 10_000);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    const tenths = Array.from(
      { length: 10 },
      (_, tenth) => numbers.filter((n) => Math.floor(10 * n) === tenth).length,
    );
    // 1000 each are to be expected, with a standard deviation of 30.
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
