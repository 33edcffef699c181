import { UsageError } from './usage-error.ts';

const NUMBER_AND_UNIT = /^(?<number>\d+(?:\.\d+)?)\s*(?<unit>[a-z%/]*)$/iu;

const MILLISECONDS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['min', 60_000],
  ['h', 3_600_000],
]);

// What a timer of Node can wait for (2 ** 31 - 1 ms); beyond, it would fire at once.
const LONGEST = 2_147_483_647;

// Decimal and binary prefixes as of ISO 80000-1 and IEC 80000-13; K for k is common.
const BYTES: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['B', 1],
  ['kB', 1000],
  ['KB', 1000],
  ['MB', 1000 ** 2],
  ['GB', 1000 ** 3],
  ['KiB', 1024],
  ['MiB', 1024 ** 2],
  ['GiB', 1024 ** 3],
]);

// As tc(8) writes them, in any case: nobody takes these for bytes.
const BITS: ReadonlyMap<string, number> = new Map([
  ['bit', 1 / 8],
  ['kbit', 1000 / 8],
  ['mbit', 1000 ** 2 / 8],
  ['gbit', 1000 ** 3 / 8],
]);

/** A time in whole milliseconds: `50`, `50ms`, `1.5s`, `2m`, `1h`. */
export function parseTime(text: string): number {
  const { number, unit } = split(text, 'write a time, such as 50, 50ms, 1.5s or 2m');
  const factor = MILLISECONDS.get(unit.toLowerCase());
  if (factor === undefined) throw unknownUnit(text, unit, 'write ms, s, m or h');
  const time = whole(text, number * factor, 'milliseconds');
  if (time > LONGEST) throw new UsageError(`${quoted(text)}: the longest time is 24 days, or 596h`);
  return time;
}

/** A number of bytes: `100`, `64KiB`, `1MB`. */
export function parseSize(text: string): number {
  const { number, unit } = split(text, 'write a number of bytes, such as 1000, 64KiB or 1MB');
  const factor = BYTES.get(unit);
  if (factor === undefined) throw unknownUnit(text, unit, 'write B, kB, MB, GB, KiB, MiB or GiB');
  return whole(text, number * factor, 'bytes');
}

/** A rate in bytes per second: `1mbit`, `500kbit`, `64KiB`, `1MB/s`; at least 1. */
export function parseRate(text: string): number {
  const { number, unit } = split(text, 'write a rate, such as 1mbit, 500kbit or 64KiB/s');
  const per = unit.replace(/(?:\/s|ps)$/iu, '');
  const factor = BITS.get(per.toLowerCase()) ?? BYTES.get(per);
  if (factor === undefined) {
    throw unknownUnit(
      text,
      unit,
      'write kbit, mbit or gbit for bits per second, and kB, MB or KiB for bytes per second',
    );
  }
  const rate = whole(text, number * factor, 'bytes per second');
  if (rate < 1)
    throw new UsageError(
      `${quoted(text)}: the least rate is 1 byte per second; to pass on nothing, write --stall`,
    );
  return rate;
}

/** A share from 0 to 1: `0.25`, `25%`. */
export function parseShare(text: string): number {
  const advice = 'write a share from 0 to 1, such as 0.25 or 25%';
  const { number, unit } = split(text, advice);
  const share = unit === '%' ? number / 100 : number;
  if ((unit !== '' && unit !== '%') || share > 1) throw new UsageError(`${quoted(text)}: ${advice}`);
  return share;
}

/** A whole number: `42`. */
export function parseWhole(text: string): number {
  if (/^\d+$/u.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw new UsageError(`${quoted(text)}: write a whole number, such as 42`);
}

function split(text: string, advice: string): { readonly number: number; readonly unit: string } {
  const groups = NUMBER_AND_UNIT.exec(text)?.groups;
  if (groups === undefined) throw new UsageError(`${quoted(text)}: ${advice}`);
  return { number: Number(groups['number']), unit: groups['unit'] ?? '' };
}

function whole(text: string, value: number, unit: string): number {
  const rounded = Math.round(value);
  if (!Number.isSafeInteger(rounded))
    throw new UsageError(`${quoted(text)}: that many ${unit} cannot be counted`);
  if (rounded === 0 && value > 0)
    throw new UsageError(`${quoted(text)}: that is less than the half of 1 of ${unit}`);
  return rounded;
}

/** `mb` and `Mb` are taken for bits by some and for bytes by others, so they are nothing here. */
function unknownUnit(text: string, unit: string, advice: string): UsageError {
  return new UsageError(`${quoted(text)}: there is no unit ${quoted(unit)}; ${advice}`);
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
