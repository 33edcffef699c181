import { TransportError } from '../errors/transport-error.ts';
import { Interrupted } from './interrupted.ts';
import { UsageError } from './usage-error.ts';

// 128 and the number of SIGINT (signal(7)).
export const INTERRUPTED = 130;

// What the library says of options and endpoints before it opens anything.
const REFUSALS: ReadonlySet<string> = new Set([
  'ERR_INVALID_OPTION',
  'ERR_INVALID_ENDPOINT',
  'ERR_UNSUPPORTED',
]);

/** 2 for what whoever has typed the command can correct in it, 130 for what Ctrl-C has cut off, 1 for all else. */
export function exitCodeOf(error: unknown): 1 | 2 | typeof INTERRUPTED {
  if (error instanceof UsageError) return 2;
  if (error instanceof Interrupted) return INTERRUPTED;
  if (!TransportError.is(error)) return 1;
  return REFUSALS.has(error.code) ? 2 : 1;
}
