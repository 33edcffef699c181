import type { ByteSink, Codec } from 'rxjs-net';
import { fits64 } from './integer64.ts';
import { RespDecoder } from './resp-decoder.ts';
import { unsayable } from './resp-errors.ts';
import { DEFAULT_LIMITS, type RespLimits } from './resp-limits.ts';
import { RespError, type RespValue } from './resp-value.ts';

const CRLF = 0x0d0a;

/**
 * RESP2 as a codec: one value is one message.
 *
 * ```text
 * *2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n      [Buffer('ECHO'), Buffer('hi')]
 * +OK\r\n:1\r\n                         'OK'  1
 * ECHO "hi"\r\n                         [Buffer('ECHO'), Buffer('hi')], with `inline`
 * ```
 *
 * A bulk string is a view of the chunk that it came in: copy what you keep.
 *
 * Raises `ERR_FRAME_TOO_LONG` over a limit, `ERR_INVALID_FRAME` for what is no RESP, `ERR_FRAME_TRUNCATED` at the end of the
 * stream within a value, and `ERR_INVALID_MESSAGE` for a value that RESP cannot say.
 */
export function resp(limits: Partial<RespLimits> = {}): Codec<RespValue> {
  const all = { ...DEFAULT_LIMITS, ...limits };
  return { decoder: () => new RespDecoder(all), encode };
}

function encode(value: RespValue, sink: ByteSink): void {
  if (value === null) sink.text('$-1\r\n');
  else if (typeof value === 'string') sink.text(`+${lineOf(value)}\r\n`);
  else if (typeof value === 'number' || typeof value === 'bigint') sink.text(`:${integerOf(value)}\r\n`);
  else if (value instanceof RespError) sink.text(`-${lineOf(value.message)}\r\n`);
  else if (Buffer.isBuffer(value)) encodeBulk(value, sink);
  else encodeArray(value, sink);
}

function encodeBulk(bytes: Buffer, sink: ByteSink): void {
  sink.text(`$${bytes.length}\r\n`);
  sink.bytes(bytes);
  sink.uint(CRLF, 2, 'big');
}

function encodeArray(values: readonly RespValue[], sink: ByteSink): void {
  sink.text(`*${values.length}\r\n`);
  // Should one of them throw, the connection takes back what was written of the others.
  for (const value of values) encode(value, sink);
}

/** A line end would be the end of the value, and what stands behind it a value of its own. */
function lineOf(text: string): string {
  if (/[\r\n]/u.test(text)) throw unsayable('a simple string or an error has a line end in it');
  return text;
}

function integerOf(value: number | bigint): string {
  const exact = typeof value === 'bigint' ? fits64(value) : Number.isSafeInteger(value);
  if (!exact) throw unsayable(`${value} is no integer of 64 bits`);
  // Of -0, too, there is no sign left.
  return BigInt(value).toString();
}
