import type { Observable, ObservableInput, Subscription } from 'rxjs';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { TransportError } from '../errors/transport-error.ts';
import type { ProxyHeader } from '../proxy-protocol/proxy-header.ts';
import type { TlsSession } from './tls-session.ts';

/**
 * How many bytes have passed through a connection so far.
 *
 * @public
 */
export interface Traffic {
  /** Bytes that came in. */
  readonly bytesRead: number;
  /** Bytes that were handed to the kernel. */
  readonly bytesWritten: number;
}

/**
 * What became of a connection, once it is closed.
 *
 * @public
 */
export interface CloseSummary extends Traffic {
  /** Bytes that were accepted by `write` or `send` and not handed to the kernel when the connection went. */
  readonly bytesDiscarded: number;
  /** How often `write` was called after `end` or close. It grows with every further call. */
  readonly writesRefused: number;
  /** Milliseconds of the scheduler from open to closed. */
  readonly duration: number;
  /** Why the connection was lost; absent when both sides ended it cleanly. */
  readonly error?: TransportError;
}

/**
 * A TCP or Unix connection as a pair of Observables: what the peer says, and what is said to the peer.
 *
 * ```text
 * peer sends     ab----c----FIN           ab--RST
 * received       a-b---c----|             ab--#
 *
 * source         a-b---c----|             a---b---c
 * send(source)   -----------|  (flushed)  ----#         (ERR_CONNECTION_RESET, the source is unsubscribed)
 * ```
 *
 * It is an interface of few members, so that a plain object with marble Observables is a Connection as well.
 *
 * @typeParam In - what is received: chunks of bytes, or the messages of a framed connection
 * @typeParam Out - what can be sent
 * @public
 */
export interface Connection<In = Buffer, Out = Uint8Array | string> {
  /** Unique among the connections of one loaded copy of this library; for logs. */
  readonly id: string;
  /** Our end. */
  readonly local: Endpoint;
  /** The peer's end; behind a proxy that tells it, its client. */
  readonly remote: Endpoint;
  /** What the two ends have agreed on, and who the peer is; absent without TLS. */
  readonly tls?: TlsSession | undefined;
  /** What the proxy in front has told of its client (`proxyProtocol`); absent without one. */
  readonly proxied?: ProxyHeader | undefined;

  /**
   * What the peer sends. Completes on the peer's FIN and errors when the connection is lost.
   *
   * Nothing is lost before it is subscribed, and unsubscribing pauses: the next subscriber goes on at the next byte.
   * (An accepted connection is not even read before. On a dialled one, while somebody sends, and after `end`, up to 64 KiB
   * are read ahead and kept, so that the peer's end is noticed.)
   * Only one subscriber at a time; a second one gets `ERR_ALREADY_READING`.
   */
  readonly received: Observable<In>;

  /**
   * Sends every value of a source while subscribed, and completes when all of it was handed to the kernel.
   *
   * Arrays, iterables, async iterables and Web or Node streams are pulled only as fast as the peer reads. Observables
   * and Promises push: past `maxWriteBuffer` bytes that wait for the peer, the result errors with `ERR_WRITE_OVERFLOW`.
   * Each `send` keeps the order of its own values; those of several at a time are mixed as there is room.
   * Other errors: `ERR_CLOSED` after `end` or close, `ERR_PEER_ENDED` (dialled connections) when the peer ends first,
   * the error that the connection was lost with, and the source's own error as it is.
   */
  send(values: ObservableInput<Out>): Observable<never>;

  /**
   * Sends one value, together with all others of the same tick, in the order of the calls.
   *
   * Fewer than 4 KiB of bytes are copied at once. More are kept: leave them alone until they were sent. A connection that
   * only writes flushes at most every 50 µs; one that has received something since its last flush does so in this tick.
   *
   * @returns false while congested, and false after `end` or close, when the value is refused and counted in `closed`.
   * A value that would fill the buffer over `maxWriteBuffer` aborts the connection with `ERR_WRITE_OVERFLOW`.
   * @throws TransportError `ERR_INVALID_VALUE` for what is neither text nor bytes; on a framed connection, what its codec
   * says of a message that it cannot encode. Nothing of such a value is sent.
   */
  write(value: Out): boolean;

  /** Whether more waits to be sent than the peer takes; the present state first, then each change. */
  readonly congested: Observable<boolean>;

  /**
   * Delivers nothing until the Subscription is unsubscribed; up to 256 KiB are read ahead, then the peer is held back.
   * Holds are counted: reading goes on after the last one is released.
   */
  hold(): Subscription;

  /** Emits when the server starts to shut down: finish what is in flight and close. Replays; never for a dialled one. */
  readonly draining: Observable<void>;

  /**
   * The totals so far, then again after each change. Completes when closed.
   *
   * `traffic.pipe(auditTime(1000))` is a live rate; nothing is computed while nobody subscribes.
   */
  readonly traffic: Observable<Traffic>;

  /** Emits the summary once everything is released, and completes. Replays; never errors. */
  readonly closed: Observable<CloseSummary>;

  /** Sends FIN after what was written: nothing more will be sent, reading goes on. */
  end(): void;

  /**
   * Closes gracefully: flushes, sends FIN, waits for the peer's FIN, and resets after `closeTimeout`.
   *
   * @returns the summary; it never rejects, and every call settles.
   */
  close(): Promise<CloseSummary>;

  /** Resets the connection at once (RST). What was not sent yet is lost; `received` errors with the reason. */
  abort(reason?: unknown): void;

  /**
   * Reads by pulling: between two pulls the connection is held. Leaving the loop pauses and keeps the connection open.
   */
  [Symbol.asyncIterator](): AsyncIterator<In, undefined>;

  /** `await using` closes gracefully. */
  [Symbol.asyncDispose](): Promise<void>;
}
