import type { Traffic } from '../connection/connection.ts';
import type { TransportErrorCode } from '../errors/error-codes.ts';

/**
 * How often it was each error.
 *
 * @public
 */
export type CountsByCode = Readonly<Partial<Record<TransportErrorCode, number>>>;

/**
 * What a server has done since it was bound. All that were accepted are open, or closed cleanly, or lost.
 *
 * The bytes are those of all its connections, the open ones included.
 *
 * @public
 */
export interface ServerStats extends Traffic {
  /** Connections that were let in, those that wait for a subscriber included. */
  readonly accepted: number;
  /** Those of them that are open. */
  readonly open: number;
  /** Those that have ended cleanly. */
  readonly clean: number;
  /** Those that were lost, by why: `summary.error` of their `closed`. */
  readonly lost: CountsByCode;
  /** Who was not let in, by why: the `error` of each {@link Refusal} but a context of TLS that cannot be used, which refuses nobody. */
  readonly refused: CountsByCode;
}
