import { Socket } from 'node:net';
import { constants } from 'node:os';
import type { Duplex } from 'node:stream';
import { socketTraits, type StreamTraits } from '../connection/stream-traits.ts';

/** A TCP socket can be reset, and tell a FIN from an RST that Node reports as an end. */
export const tcpTraits: StreamTraits = { ...socketTraits, reset, endedByReset };

/**
 * Ends a TCP socket with RST instead of FIN, so that the peer cannot take a cut stream for a whole one.
 *
 * In the moment between the last byte and the end of shutdown(2), libuv answers a reset with EINVAL and Node then never
 * emits 'close' (seen on Node 20.20): all bytes are in the kernel by then, and a plain destroy is used.
 */
function reset(stream: Duplex): void {
  if (stream instanceof Socket && !stream.destroyed && !isShuttingDown(stream)) stream.resetAndDestroy();
  else stream.destroy();
}

/** Between the last byte and the end of shutdown(2). */
export function isShuttingDown(stream: Duplex): boolean {
  return stream.writableEnded && !stream.writableFinished && stream.writableLength === 0;
}

/**
 * When an RST arrives while data is unread, Linux hands the data out and then reports the end of the stream, and so does
 * Node: a cut message would look whole. The kernel has no peer any more after a reset (getpeername(2): ENOTCONN), but has
 * one after a FIN, as long as our own side was not ended before.
 *
 * Node caches the peer's address, so its handle is asked; without such a handle the answer is no.
 */
function endedByReset(stream: Duplex): boolean {
  if (stream.writableFinished) return false;
  const { _handle: handle } = stream as { readonly _handle?: { getpeername?(out: object): number } | null };
  return handle?.getpeername?.({}) === -constants.errno.ENOTCONN;
}
