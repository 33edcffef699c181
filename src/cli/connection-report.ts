import type { CloseSummary, Connection } from '../connection/connection.ts';
import type { TransportError } from '../errors/transport-error.ts';
import type { Refusal } from '../transport/server.ts';
import { formatBytes, formatTime } from './format-quantity.ts';
import { oneLine } from './one-line.ts';

/** That somebody has come. */
export function acceptedLine({ id, remote }: Connection): string {
  return `#${id} ${remote}: accepted`;
}

/** That somebody has left, and how. */
export function closedLine(
  { id, remote }: Connection,
  { duration, bytesRead, bytesWritten, error }: CloseSummary,
  failure: TransportError | undefined = error,
): string {
  const state = failure === undefined ? 'closed' : 'lost';
  const why = failure === undefined ? '' : `; ${oneLine(failure)}`;
  const passed = `${formatBytes(bytesRead)} in, ${formatBytes(bytesWritten)} out`;
  return `#${id} ${remote}: ${state} after ${formatTime(duration)}; ${passed}${why}`;
}

/** That somebody was not let in: by a handshake that failed, as a rule. */
export function refusedLine({ remote, error }: Refusal): string {
  return remote === undefined ? `refused: ${oneLine(error)}` : `refused ${remote}: ${oneLine(error)}`;
}
