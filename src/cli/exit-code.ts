import { TransportError } from '../errors/transport-error.ts';
import { UsageError } from './usage-error.ts';

// What the library says of options and endpoints before it opens anything.
const REFUSALS: ReadonlySet<string> = new Set([
  'ERR_INVALID_OPTION',
  'ERR_INVALID_ENDPOINT',
  'ERR_UNSUPPORTED',
]);

/** 2 for what whoever has typed the command can correct in it, 1 for all else. */
export function exitCodeOf(error: unknown): 1 | 2 {
  if (error instanceof UsageError) return 2;
  if (!TransportError.is(error)) return 1;
  return REFUSALS.has(error.code) ? 2 : 1;
}
