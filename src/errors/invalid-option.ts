import { TransportError } from './transport-error.ts';

/** An option that is not what it has to be; nothing was opened. */
export function invalidOption(detail: string | undefined, cause?: unknown): TransportError {
  return new TransportError('ERR_INVALID_OPTION', { phase: 'parse', detail, cause });
}
