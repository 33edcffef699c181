/**
 * What RESP2, the protocol of Redis, can say. Each of its types is one of JavaScript's:
 *
 * ```text
 * +OK               'OK'                 a simple string: short text without a line end
 * -ERR no           RespError('ERR no')  an error
 * :42               42                   an integer of 64 bits: a bigint where a number is not exact
 * $2 hi             Buffer('hi')         a bulk string: any bytes
 * *2 :1 :2          [1, 2]               an array
 * $-1, *-1          null
 * ```
 */
export type RespValue = string | RespError | number | bigint | Buffer | readonly RespValue[] | null;

/** What a client says, and this server hears: a name and its arguments. */
export type Command = readonly Buffer[];

/** An answer that is an error. Its first word is a code: `ERR`, `NOPROTO`. */
export class RespError extends Error {
  override readonly name = 'RespError';
}

/** A command as it goes over the wire: all of it bulk strings. */
export function command(...words: readonly (string | Uint8Array)[]): Command {
  return words.map((word) => Buffer.from(word));
}
