import type { Fault } from './fault.ts';

/**
 * Faults that are like one, but simpler; the simplest first, and each so that to take one again and again comes to an end.
 */
export function simplerFaults(fault: Fault | undefined): readonly Fault[] {
  if (fault === undefined) return [];
  const sooner = rounder(fault.at).map((at) => ({ ...fault, at }));
  const shorter = [...rounder(fault.lasts), Math.floor(fault.lasts / 2)]
    .filter((lasts) => lasts > 0)
    .map((lasts) => ({ ...fault, lasts }));
  return [...milder(fault), ...shorter, ...sooner];
}

function milder(fault: Fault): readonly Fault[] {
  switch (fault.kind) {
    case 'crash':
      return fault.how === 'silence' ? [{ ...fault, how: 'reset' }] : [];
    case 'slowReader':
      return fault.bytesPerSecond < 10_000 ? [{ ...fault, bytesPerSecond: fault.bytesPerSecond * 10 }] : [];
    case 'dropSyn':
      return fault.count > 1 ? [{ ...fault, count: fault.count - 1 }] : [];
    case 'resolution':
      return fault.failure === 'ENOTFOUND' ? [{ ...fault, failure: 'EAI_AGAIN' }] : [];
    default:
      return [];
  }
}

/** Smaller numbers with fewer digits that tell something: 12345 is 10000, 12000, 12300, 12340. */
function rounder(value: number): readonly number[] {
  return [10_000, 1000, 100, 10].map((unit) => value - (value % unit)).filter((round) => round < value);
}
