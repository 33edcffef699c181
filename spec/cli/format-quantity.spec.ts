import fc from 'fast-check';
import { formatBytes, formatTime } from '../../src/cli/format-quantity.ts';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [12_345, '12.3 kB'],
    [999_499, '999 kB'],
    [999_950, '1.00 MB'],
    [8_388_608, '8.39 MB'],
    [999_499_999_999_999, '999 TB'],
    [999_500_000_000_000, '1000 TB'],
    [5e15, '5000 TB'],
  ])('writes %d as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('is never wider than a column', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (bytes) => {
        expect(formatBytes(bytes).length).toBeLessThanOrEqual(8);
        expect(formatBytes(bytes)).not.toMatch(/e/);
      }),
    );
  });
});

describe('formatTime', () => {
  it.each([
    [0, '0 ms'],
    [340, '340 ms'],
    [999.7, '999 ms'],
    [1000, '1.0 s'],
    [12_345, '12.3 s'],
    [59_999, '59.9 s'],
    [60_000, '1:00'],
    [245_000, '4:05'],
    [3_845_000, '1:04:05'],
  ])('writes %d as %s', (milliseconds, text) => {
    expect(formatTime(milliseconds)).toBe(text);
  });
});
