import { invalidOption } from './invalid-option.ts';

/** setTimeout takes a signed 32-bit number of milliseconds and fires at once past it (Node manual, timers). */
export const LONGEST_TIMER: number = 2 ** 31 - 1;

/** The option, or its default: whole milliseconds that a timer can wait, or `Infinity` for no limit. */
export function millisecondsOption(name: string, value: number | undefined, byDefault: number): number {
  return inRange(name, value, byDefault, 0, LONGEST_TIMER);
}

/** The option, or its default: a whole number of bytes or things, or `Infinity` for no limit. */
export function quantityOption(
  name: string,
  value: number | undefined,
  byDefault: number,
  least = 0,
): number {
  return inRange(name, value, byDefault, least, Number.MAX_SAFE_INTEGER);
}

/** The option, or its default: a share, from 0 to 1. */
export function fractionOption(name: string, value: number | undefined, byDefault: number): number {
  if (value === undefined) return byDefault;
  if (value >= 0 && value <= 1) return value;
  throw invalidOption(`${name} is ${String(value)}; it takes a number from 0 to 1`);
}

function inRange(
  name: string,
  value: number | undefined,
  byDefault: number,
  least: number,
  most: number,
): number {
  if (value === undefined) return byDefault;
  if (value === Infinity || (Number.isInteger(value) && value >= least && value <= most)) return value;
  throw invalidOption(
    `${name} is ${String(value)}; it takes a whole number from ${least} to ${most}, or Infinity`,
  );
}
