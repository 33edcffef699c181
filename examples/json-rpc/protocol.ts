// JSON-RPC 2.0, https://www.jsonrpc.org/specification: a value of JSON in each line.

export type Id = string | number | null;

/** Without an id it is a notification, which nobody answers. */
export interface Request {
  readonly jsonrpc: '2.0';
  readonly id?: Id;
  readonly method: string;
  readonly params?: unknown;
}

export interface ErrorObject {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** It has one of the two; some servers write the other one as null. */
export interface Response {
  readonly jsonrpc: '2.0';
  readonly id: Id;
  readonly result?: unknown;
  readonly error?: ErrorObject | null;
}

export const errorCodes = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  // Of this server, from the range that is free for that.
  tooManyCalls: -32000,
  // As language servers have it.
  cancelled: -32800,
} as const;

/** The notification, with the `id` of a request, that nobody waits for its answer any more: as language servers have it. */
export const CANCEL = '$/cancelRequest';

/** What a method throws to say it to its caller, who gets it as it was thrown. Of any other error only the message is told. */
export class JsonRpcError extends Error {
  override readonly name = 'JsonRpcError';
  readonly code: number;
  readonly data: unknown;

  constructor({ code, message, data }: ErrorObject) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** The answer that says what is wrong with a call. */
export function failure(id: Id, error: unknown): Response {
  if (error instanceof JsonRpcError) {
    const { code, message, data } = error;
    return { jsonrpc: '2.0', id, error: { code, message, data } };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { jsonrpc: '2.0', id, error: { code: errorCodes.internalError, message } };
}
