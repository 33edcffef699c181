import fc from 'fast-check';
import { around, randomFrom } from '../../../src/testing/fault-proxy/random-from.ts';

const many = (random: () => number): number[] => Array.from({ length: 1000 }, random);

describe('randomFrom', () => {
  it('gives the same numbers for the same seed, and others for another', () => {
    expect(many(randomFrom(7))).toEqual(many(randomFrom(7)));
    expect(many(randomFrom(7))).not.toEqual(many(randomFrom(8)));
  });

  it('spreads them evenly from 0 up to 1', () => {
    const numbers = many(randomFrom(1));
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.05);
  });
});

describe('around', () => {
  it('stays within the spread, and not below the least', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), fc.integer(), (middle, spread, seed) => {
        const number = around(randomFrom(seed), middle, spread, 1);
        expect(Number.isInteger(number)).toBe(true);
        expect(number).toBeLessThanOrEqual(Math.max(1, middle + spread));
        expect(number).toBeGreaterThanOrEqual(spread === 0 ? middle : Math.max(1, middle - spread));
      }),
    );
  });

  it('reaches both ends', () => {
    const random = randomFrom(3);
    const numbers = new Set(Array.from({ length: 1000 }, () => around(random, 10, 2, 0)));
    expect([...numbers].sort((a, b) => a - b)).toEqual([8, 9, 10, 11, 12]);
  });
});
