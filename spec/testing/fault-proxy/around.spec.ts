import fc from 'fast-check';
import { around } from '../../../src/testing/fault-proxy/around.ts';
import { seededRandom } from '../../../src/testing/simulation/seeded-random.ts';

describe('around', () => {
  it('stays within the spread, and not below the least', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), fc.integer(), (middle, spread, seed) => {
        const number = around(seededRandom(seed), middle, spread, 1);
        expect(Number.isInteger(number)).toBe(true);
        expect(number).toBeLessThanOrEqual(Math.max(1, middle + spread));
        expect(number).toBeGreaterThanOrEqual(spread === 0 ? middle : Math.max(1, middle - spread));
      }),
    );
  });

  it('is no more than a timer can wait, but for what never comes', () => {
    const [longest, random] = [2 ** 31 - 1, (): number => 0.9];
    expect(around(random, longest - 5, 100, 0)).toBe(longest);
    expect(around(random, Infinity, 100, 0)).toBe(Infinity);
  });

  it('reaches both ends', () => {
    const random = seededRandom(3);
    const numbers = new Set(Array.from({ length: 1000 }, () => around(random, 10, 2, 0)));
    expect([...numbers].sort((a, b) => a - b)).toEqual([8, 9, 10, 11, 12]);
  });
});
