// What the two ends say to each other, a line of JSON each.

export interface Call {
  readonly kind: 'call';
  /** Of the client's choice: its replies have the same. */
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
  /** Milliseconds after which nobody waits for it any more; see `isDeadline`. */
  readonly deadline?: number | undefined;
}

/** What a client says. */
export type Request = Call | { readonly kind: 'cancel'; readonly id: number };

/** What a server says. */
export type Reply =
  | { readonly kind: 'next'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'complete'; readonly id: number }
  | { readonly kind: 'error'; readonly id: number; readonly code: RpcErrorCode; readonly message: string }
  /** It shuts down: what was called is answered, and new calls go elsewhere. */
  | { readonly kind: 'goaway' };

/** The first three are the server's, the fourth is said by both, the last three are the client's own. */
export type RpcErrorCode =
  'NOT_FOUND' | 'BUSY' | 'FAILED' | 'INVALID_DEADLINE' | 'DEADLINE_EXCEEDED' | 'UNAVAILABLE' | 'CLOSED';

/** Why a call has no answer. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: RpcErrorCode;

  constructor(code: RpcErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

// A timer of Node.js that is to wait longer does not wait at all.
const LONGEST_DEADLINE = 2 ** 31 - 1;

export const INVALID_DEADLINE: string = `a deadline is 0 to ${LONGEST_DEADLINE} ms; leave it out for none`;

/** What a timer can wait, or none. Both ends ask: JSON makes null of NaN and Infinity, and whatever else may come over a wire. */
export function isDeadline(value: unknown): boolean {
  return value === undefined || (typeof value === 'number' && value >= 0 && value <= LONGEST_DEADLINE);
}
