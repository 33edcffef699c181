import { TransportError } from '../errors/transport-error.ts';
import { UsageError } from './usage-error.ts';

/** 2 for what whoever has typed the command can correct in it, 1 for all else. */
export function exitCodeOf(error: unknown): 1 | 2 {
  if (error instanceof UsageError) return 2;
  if (!TransportError.is(error)) return 1;
  return error.code === 'ERR_INVALID_OPTION' || error.code === 'ERR_INVALID_ENDPOINT' ? 2 : 1;
}
