import fc from 'fast-check';
import { parseRate, parseShare, parseSize, parseTime, parseWhole } from '../../src/cli/units.ts';
import { UsageError } from '../../src/cli/usage-error.ts';

describe('units of the command line', () => {
  it.each([
    ['50', 50],
    ['50ms', 50],
    ['50 ms', 50],
    ['1s', 1000],
    ['1.5s', 1500],
    ['0.25S', 250],
    ['2m', 120_000],
    ['2min', 120_000],
    ['1h', 3_600_000],
    ['0', 0],
  ])('a time of %s is %d milliseconds', (text, milliseconds) => {
    expect(parseTime(text)).toBe(milliseconds);
  });

  it.each([
    ['100', 100],
    ['100B', 100],
    ['1kB', 1000],
    ['1KB', 1000],
    ['1MB', 1_000_000],
    ['1.5GB', 1_500_000_000],
    ['64KiB', 65_536],
    ['1MiB', 1_048_576],
    ['2GiB', 2_147_483_648],
    ['0', 0],
  ])('a size of %s is %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each([
    ['1mbit', 125_000],
    ['1Mbit', 125_000],
    ['1mbit/s', 125_000],
    ['8kbit', 1000],
    ['1gbit', 125_000_000],
    ['8bit', 1],
    ['100', 100],
    ['1MB', 1_000_000],
    ['1MB/s', 1_000_000],
    ['64KiB/s', 65_536],
    ['10MBps', 10_000_000],
  ])('a rate of %s is %d bytes per second', (text, bytes) => {
    expect(parseRate(text)).toBe(bytes);
  });

  it.each([
    ['0', 0],
    ['0.25', 0.25],
    ['25%', 0.25],
    ['100%', 1],
    ['1', 1],
  ])('a share of %s is %d', (text, share) => {
    expect(parseShare(text)).toBe(share);
  });

  it('a whole number is one', () => {
    expect(parseWhole('42')).toBe(42);
    for (const text of ['', '-1', '1.5', '1e3', '99999999999999999999']) {
      expect(() => parseWhole(text)).toThrow(`${JSON.stringify(text)}: write a whole number, such as 42`);
    }
  });

  it.each([
    [parseTime, 'soon', '"soon": write a time, such as 50, 50ms, 1.5s or 2m'],
    [parseTime, '-5', '"-5": write a time, such as 50, 50ms, 1.5s or 2m'],
    [parseTime, '5d', '"5d": there is no unit "d"; write ms, s, m or h'],
    [parseTime, '600h', '"600h": the longest time is 24 days, or 596h'],
    [parseTime, '0.1ms', '"0.1ms": that is less than the half of 1 of milliseconds'],
    [parseSize, '', '"": write a number of bytes, such as 1000, 64KiB or 1MB'],
    [parseSize, '1mb', '"1mb": there is no unit "mb"; write B, kB, MB, GB, KiB, MiB or GiB'],
    [parseSize, '1mbit', 'there is no unit "mbit"'],
    [parseSize, '99999999999GB', '"99999999999GB": that many bytes cannot be counted'],
    [parseRate, 'fast', '"fast": write a rate, such as 1mbit, 500kbit or 64KiB/s'],
    [
      parseRate,
      '1Mb',
      'there is no unit "Mb"; write kbit, mbit or gbit for bits per second, and kB, MB or KiB for bytes per second',
    ],
    [parseRate, '0', '"0": the least rate is 1 byte per second; to pass on nothing, write --stall'],
    [parseShare, '110%', '"110%": write a share from 0 to 1, such as 0.25 or 25%'],
    [parseShare, '1/2', '"1/2": write a share from 0 to 1, such as 0.25 or 25%'],
    [parseShare, '0.5x', '"0.5x": write a share from 0 to 1, such as 0.25 or 25%'],
  ])('says what to write instead: %p of %p', (parse, text, message) => {
    expect(() => parse(text)).toThrow(UsageError);
    expect(() => parse(text)).toThrow(message);
  });

  it('reads every whole number in every unit', () => {
    const units = [
      ['B', 1],
      ['kB', 1000],
      ['MB', 1000 ** 2],
      ['KiB', 1024],
      ['MiB', 1024 ** 2],
    ] as const;
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.constantFrom(...units),
        fc.constantFrom('', ' '),
        (number, [unit, bytes], space) => {
          expect(parseSize(`${number}${space}${unit}`)).toBe(number * bytes);
        },
      ),
    );
  });

  it('gives a number or a UsageError for any text', () => {
    const parsers = fc.constantFrom(parseTime, parseSize, parseRate, parseShare, parseWhole);
    const texts = fc.oneof(fc.string(), fc.stringMatching(/^[\d.]{0,4}[a-zA-Z/%]{0,5}$/));
    fc.assert(
      fc.property(parsers, texts, (parse, text) => {
        try {
          const value = parse(text);
          expect(Number.isFinite(value) && value >= 0).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
