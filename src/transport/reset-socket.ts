import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** How a connection of each kind is ended at once. */
export const resetSocket: Readonly<Record<'tcp' | 'unix', (stream: Duplex) => void>> = {
  tcp: resetTcp,
  // A Unix socket knows no RST. The peer sees the end, or ECONNRESET if it had sent what we did not read (unix(7)).
  unix: (stream) => stream.destroy(),
};

/**
 * Ends a TCP socket with RST instead of FIN, so that the peer cannot take a cut stream for a whole one.
 *
 * In the moment between the last byte and the end of shutdown(2), libuv answers a reset with EINVAL and Node then never
 * emits 'close' (seen on Node 20.20): all bytes are in the kernel by then, and a plain destroy is used.
 */
function resetTcp(stream: Duplex): void {
  const shuttingDown = stream.writableEnded && !stream.writableFinished && stream.writableLength === 0;
  if (stream instanceof Socket && !stream.destroyed && !shuttingDown) stream.resetAndDestroy();
  else stream.destroy();
}
