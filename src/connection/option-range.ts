import { TransportError } from '../errors/transport-error.ts';

// setTimeout takes a signed 32-bit number of milliseconds and fires at once past it (Node manual, timers).
const LONGEST_TIMER = 2 ** 31 - 1;

/** The option, or its default; a number from 0 that is whole, or `Infinity` for "no limit". */
export function wholeNumber(name: string, value: number | undefined, byDefault: number): number {
  if (value === undefined) return byDefault;
  if (value === Infinity || (Number.isInteger(value) && value >= 0 && value <= LONGEST_TIMER)) return value;
  throw new TransportError('ERR_INVALID_OPTION', {
    phase: 'parse',
    detail: `${name} is ${String(value)}; it takes a whole number from 0 to ${LONGEST_TIMER}, or Infinity`,
  });
}
