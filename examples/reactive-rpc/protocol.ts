// What the two ends say to each other, a line of JSON each.

export interface Call {
  readonly kind: 'call';
  /** Of the client's choice: its replies have the same. */
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
  /** Milliseconds after which nobody waits for it any more. */
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

/** The first three are the server's, the last two the client's own. */
export type RpcErrorCode = 'NOT_FOUND' | 'BUSY' | 'FAILED' | 'DEADLINE_EXCEEDED' | 'UNAVAILABLE';

/** Why a call has no answer. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: RpcErrorCode;

  constructor(code: RpcErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
