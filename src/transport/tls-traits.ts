import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { StreamTraits } from '../connection/stream-traits.ts';
import type { TlsSession } from '../connection/tls-session.ts';
import { NOTHING } from '../framing/view.ts';
import { isShuttingDown, tcpTraits } from './tcp-traits.ts';
import { tlsSessionOf } from './tls-session-of.ts';

/** What stands below the streams of TLS, and what was agreed on above it. */
const secured = new WeakMap<Duplex, { readonly raw: Socket; readonly session: TlsSession }>();

/** The handshake is done: from here on the stream can be reset, and tells its session. */
export function rememberSecured(socket: TLSSocket, raw: Socket): TLSSocket {
  secured.set(socket, { raw, session: tlsSessionOf(socket) });
  return socket;
}

/**
 * A TLS socket is reset by the TCP socket below it; Node cannot reset it itself (ERR_INVALID_HANDLE_TYPE). The one above goes
 * with it: to destroy, or to reset, that as well frees what OpenSSL still works on when it has called us, and ends the
 * process by a segmentation fault (seen on Node 20.20).
 *
 * What it was given is encrypted at once, so that when it says that nothing is left, nobody looks at those bytes any more.
 */
export const tlsTraits: StreamTraits = {
  ...tcpTraits,
  reset: (stream) => {
    const raw = secured.get(stream)?.raw;
    if (raw === undefined || (!raw.destroyed && isShuttingDown(stream))) stream.destroy();
    else if (!raw.destroyed) {
      tellClosedAfter(raw, stream);
      raw.resetAndDestroy();
    }
  },
  // Node asks OpenSSL to shut down twice in a row, and the second time takes the peer's records that came in one piece with
  // the one that is being delivered for an answer, and drops them (seen on Node 20.20). In a turn of its own there are none.
  end: (stream) => setImmediate(() => stream.end()),
  // Node's TLS passes an empty write on to the socket below, and drops what comes of it.
  probe: (stream) => {
    const raw = secured.get(stream)?.raw;
    if (raw === undefined || raw.destroyed || isShuttingDown(stream)) return;
    raw.write(NOTHING, (error) => {
      if (!error) return;
      tellClosedAfter(raw, stream);
      stream.destroy(error);
    });
  },
  tls: (stream) => secured.get(stream)?.session,
};

/**
 * A TLS socket whose TCP socket was closed first waits, in older releases of Node 20, for a handle that is gone to be closed, and its
 * 'close' never comes (seen on Node 20.9; 20.20 looks first whether there is one). Then it is told here.
 */
function tellClosedAfter(raw: Socket, stream: Duplex): void {
  let isTold = false;
  stream.once('close', () => {
    isTold = true;
  });
  // `stream.closed` is no way to know: it is true as soon as Node begins to destroy it.
  raw.once('close', () => {
    setImmediate(() => {
      if (!isTold) stream.emit('close');
    });
  });
}
