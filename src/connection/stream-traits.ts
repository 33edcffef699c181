import type { Duplex } from 'node:stream';
import type { ProxyHeader } from '../proxy-protocol/proxy-header.ts';
import { NOTHING } from '../framing/view.ts';
import { nodeEventLoop, type EventLoop } from './event-loop.ts';
import type { TlsSession } from './tls-session.ts';

/** What a kind of stream can do and tell beyond a `stream.Duplex`. */
export interface StreamTraits {
  /** The turns that its events come in. */
  readonly loop: EventLoop;
  /** Ends the stream at once, in a way that the peer cannot take for a clean end, where there is one. */
  readonly reset: (stream: Duplex) => void;
  /** Ends what is written, after all of it: with FIN, where there is one. */
  readonly end: (stream: Duplex) => void;
  /** Asked at 'end': whether it was no clean end of the peer but a reset that looks like one. */
  readonly endedByReset: (stream: Duplex) => boolean;
  /** Makes it fail if its peer is gone, where it does not do so by itself. Asked of streams whose peer has ended. */
  readonly probe: (stream: Duplex) => void;
  /** Whether all that was written to it is in the kernel, so that nobody looks at those bytes any more. */
  readonly allInKernel: (stream: Duplex) => boolean;
  /** What was agreed on in the handshake, if there was one. */
  readonly tls: (stream: Duplex) => TlsSession | undefined;
  /** What a proxy in front has told, if there is one. */
  readonly proxied: (stream: Duplex) => ProxyHeader | undefined;
}

/** A stream that knows no reset, and that may keep what it was given, as a PassThrough does. */
export const plainTraits: StreamTraits = {
  loop: nodeEventLoop,
  reset: (stream) => stream.destroy(),
  end: (stream) => stream.end(),
  endedByReset: () => false,
  probe: () => undefined,
  allInKernel: () => false,
  tls: () => undefined,
  proxied: () => undefined,
};

/**
 * A Unix socket. It knows no reset either: its peer sees an end, or ECONNRESET if it had sent what we did not read
 * (unix(7)).
 */
export const socketTraits: StreamTraits = {
  ...plainTraits,
  probe: writeNothing,
  // libuv writes at once what the kernel takes, and only the rest stays with the stream (uv_try_write, Node's
  // StreamBase::Write). A write that failed at once has left nothing with the stream either.
  allInKernel: (stream) => stream.writableLength === 0 && stream.errored === null,
};

/**
 * libuv polls a socket for what it waits for. After the peer's FIN it does not wait to read, and with nothing to write it is not polled at all: a
 * reset, or a keep-alive that nobody answers, stays in the kernel, and a connection on which nothing is sent stays for ever (seen on
 * Node 20.20). To write nothing puts nothing on the wire, and fails with what the kernel knows (tcp_sendmsg of Linux looks first).
 */
function writeNothing(stream: Duplex): void {
  if (!stream.destroyed && !stream.writableEnded && stream.writableLength === 0) stream.write(NOTHING);
}
