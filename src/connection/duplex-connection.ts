import type { Duplex } from 'node:stream';
import {
  firstValueFrom,
  ignoreElements,
  race,
  repeat,
  type Observable,
  type ObservableInput,
  type SchedulerLike,
  type Subscription,
} from 'rxjs';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { toTransportError } from '../errors/system-error.ts';
import { TransportError } from '../errors/transport-error.ts';
import type { Encode } from '../framing/byte-sink.ts';
import { encodeBytes, type Bytes } from '../framing/bytes.ts';
import type { ProxyHeader } from '../proxy-protocol/proxy-header.ts';
import type { ByteChannel, ByteSource, Channelled, Writing } from './byte-channel.ts';
import { callOut, errorOf, finalizerError, guarded } from './connection-context.ts';
import type { ConnectionSettings } from './connection-options.ts';
import { ConnectionRecord, type Recorded } from './connection-record.ts';
import type { CloseSummary, Connection, Traffic } from './connection.ts';
import { deadline } from './deadline.ts';
import type { Reader } from './exclusive-reader.ts';
import { halfCloseMode, type ConnectionRole } from './half-close.ts';
import { Inbound, type InboundHost } from './inbound.ts';
import { Outbound, type OutboundHost } from './outbound.ts';
import { pullIterator } from './pull-iterator.ts';
import { send } from './send.ts';
import { Senders, type SendersHost } from './senders.ts';
import { EncodedWriting, type EncodingHost } from './encoded-writing.ts';
import { listenTo, type StreamListener } from './stream-events.ts';
import type { StreamTraits } from './stream-traits.ts';
import { tellClosed, tellOpened } from './tell-of-connection.ts';
import type { TlsSession } from './tls-session.ts';

/** What all connections of one listener, or of one dial, have in common. One object, shared by all of them. */
export interface ConnectionProfile {
  readonly settings: ConnectionSettings;
  readonly role: ConnectionRole;
  readonly traits: StreamTraits;
  readonly draining: Observable<void>;
  /** The server, as it was dialled, or as it listens. Without it, that end of the connection. */
  readonly endpoint?: Endpoint;
  /** Milliseconds from one {@link StreamTraits.probe} of a half-open connection to the next. Without it there is none. */
  readonly probeDelay?: number;
  /** Told once, when everything is released, and before `closed`. */
  readonly onClosed?: (connection: DuplexConnection, summary: CloseSummary) => void;
}

let connectionCount = 0;

/**
 * Any `stream.Duplex` as a {@link Connection}. The stream must be paused, and open.
 *
 * ```text
 *            end()                        FIN of the peer
 *   open ───────────▶ ended here ──────────────────────────▶ closed, clean
 *    │  FIN of the peer                end(), or by itself      ▲
 *    ├───────────────▶ ended there ─────────────────────────────┘
 *    │  close()        = end(), and abort() after closeTimeout
 *    │  fail()         = reading is over, and close() when nobody sends
 *    └─ abort(), RST, network ──▶ inbound delivers what came before ──▶ closed, with an error
 * ```
 *
 * It is the one object that its parts talk to, and what few connections need is made when it is asked for: an idle one
 * costs little more than its socket.
 */
export class DuplexConnection
  implements
    Connection,
    ByteChannel,
    ByteSource,
    Channelled,
    InboundHost,
    OutboundHost,
    SendersHost,
    Recorded,
    StreamListener,
    EncodingHost
{
  readonly local: Endpoint;
  readonly remote: Endpoint;

  readonly #number: number;
  readonly #stream: Duplex;
  readonly #profile: ConnectionProfile;
  readonly #inbound: Inbound;
  readonly #record: ConnectionRecord;
  #outbound: Outbound | undefined;
  #senders: Senders | undefined;
  #closing = false;
  #forcing: Subscription | undefined;
  #probing: Subscription | undefined;
  #failed = false;
  #peerEnded = false;
  #streamClosed = false;
  #streamFailed = false;
  #aborted = false;

  constructor(stream: Duplex, local: Endpoint, remote: Endpoint, profile: ConnectionProfile) {
    connectionCount += 1;
    this.#number = connectionCount;
    this.local = local;
    this.remote = remote;
    this.#stream = stream;
    this.#profile = profile;
    this.#inbound = new Inbound(stream, this);
    this.#record = new ConnectionRecord(this);
    listenTo(stream, this);
    this.#sense();
    // It may have ended while somebody read a header in front of this connection.
    if (stream.readableEnded) this.onStreamEnd();
  }

  get byteChannel(): ByteChannel {
    return this;
  }

  get scheduler(): SchedulerLike {
    return this.#profile.settings.scheduler;
  }

  get id(): string {
    return String(this.#number);
  }

  get tls(): TlsSession | undefined {
    return this.#profile.traits.tls(this.#stream);
  }

  get proxied(): ProxyHeader | undefined {
    return this.#profile.traits.proxied(this.#stream);
  }

  get received(): Observable<Buffer> {
    return this.#inbound.received;
  }

  readBy(reader: Reader<Buffer>): void {
    this.#inbound.readBy(reader);
  }

  get congested(): Observable<boolean> {
    return this.#writer.congested;
  }

  get closed(): Observable<CloseSummary> {
    return this.#record.closed;
  }

  get traffic(): Observable<Traffic> {
    return this.#record.traffic;
  }

  get draining(): Observable<void> {
    // race, and not takeUntil: what had begun to drain still says so after its end.
    return race(this.#profile.draining, this.#record.over.pipe(ignoreElements())).pipe(guarded(this));
  }

  write(value: Bytes): boolean {
    return this.writeEncoded(value, encodeBytes);
  }

  send(values: ObservableInput<Bytes>): Observable<never> {
    return this.sendEncoded(values, encodeBytes);
  }

  writing<Out>(encode: Encode<Out>): Writing<Out> {
    return new EncodedWriting(this, encode);
  }

  writeEncoded<Out>(value: Out, encode: Encode<Out>): boolean {
    const outbound = this.#writer;
    if (!outbound.open) {
      outbound.refused += 1;
      return false;
    }
    if (outbound.put(value, encode, true)) return outbound.hasRoom;
    this.abort(outbound.overflowError());
    return false;
  }

  sendEncoded<Out>(values: ObservableInput<Out>, encode: Encode<Out>): Observable<never> {
    const senders = (this.#senders ??= new Senders(this));
    return send(values, { context: this, outbound: this.#writer, senders, encode });
  }

  hold(): Subscription {
    return this.#inbound.hold();
  }

  retain(retaining: boolean): void {
    this.#inbound.retain(retaining);
  }

  delivering(isDelivering: boolean): void {
    this.#inbound.delivering(isDelivering);
  }

  get ended(): boolean {
    return this.#inbound.end !== undefined;
  }

  unshift(bytes: Buffer): void {
    this.#inbound.unshift(bytes);
  }

  end(): void {
    // What was written goes out whatever the ends of the sends may do.
    this.#writer.end();
    this.#senders?.failUnfinished(() => this.#record.error ?? this.#writer.closedError());
    this.#sense();
  }

  close(): Promise<CloseSummary> {
    this.letGo();
    return firstValueFrom(this.closed);
  }

  /** Closes gracefully, for an owner who does not await it. */
  letGo(): void {
    if (this.#closing || this.#record.finished) return;
    this.#closing = true;
    this.end();
    this.#inbound.letGo();
    this.#forceInTime();
  }

  #forceInTime(): void {
    // The end may have been all that was missing.
    if (this.#record.finished) return;
    const { closeTimeout, scheduler } = this.#profile.settings;
    this.#forcing = deadline(closeTimeout, scheduler).subscribe(() => {
      this.abort(errorOf(this, 'ERR_CLOSE_TIMEOUT', 'close'));
    });
  }

  /** Tells once everything is released, and what it was lost with, if it was. Cheaper than `closed`. */
  whenClosed(tell: (error: TransportError | undefined) => void): void {
    this.#record.over.subscribe(() => {
      callOut(this, () => {
        tell(this.#record.error);
      });
    });
  }

  /** For its owner, as soon as it has one: who is told may end it. */
  tellOpened(): void {
    tellOpened(this, this.#profile);
  }

  abort(reason?: unknown): void {
    if (this.#record.finished) return;
    this.#aborted = true;
    this.#record.blame(this.#abortion(reason));
    this.#writer.gone();
    this.#inbound.drop();
    if (this.#streamClosed) this.#inbound.finish({ kind: 'lost', error: this.#loss() });
    else this.#profile.traits.reset(this.#stream);
  }

  fail(error: TransportError): void {
    if (this.#record.finished) return;
    this.#failed = true;
    this.#inbound.fail(this.#record.blame(error));
    this.onSendersChange();
  }

  [Symbol.asyncIterator](): AsyncIterator<Buffer, undefined> {
    return pullIterator(this);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  onThrow(cause: unknown): void {
    this.abort(finalizerError(this, cause));
  }

  now(): number {
    return this.#profile.settings.scheduler.now();
  }

  totals(): Omit<CloseSummary, 'duration' | 'error'> {
    return {
      bytesRead: this.#inbound.bytesRead,
      bytesWritten: this.#outbound?.bytesWritten ?? 0,
      bytesDiscarded: this.#outbound?.waiting ?? 0,
      writesRefused: this.#outbound?.refused ?? 0,
    };
  }

  onFlushed(): void {
    this.#record.moved();
  }

  onSendersChange(): void {
    this.#sense();
    if (this.#failed || (this.#peerEnded && this.#halfCloseMode === 'while sending')) {
      // After this turn of the event loop, so that whoever awaits the end of a `for await` can still answer.
      this.#profile.traits.loop.setImmediate(() => {
        this.#endUnlessSending();
      }, undefined);
    }
  }

  onInboundSettled(): void {
    if (this.#streamClosed) {
      this.#finish();
    } else if (!this.#failed) {
      this.#onPeerEnd();
    }
  }

  onStreamError(error: Error): void {
    this.#streamFailed = true;
    this.#record.blame(toTransportError(error, 'read', this.remote, this.id));
  }

  onStreamData(chunk: Buffer | string): void {
    this.#outbound?.heard();
    try {
      // A stream that somebody gave an encoding hands out text.
      this.#inbound.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    } finally {
      this.#outbound?.answered();
    }
    this.#record.moved();
  }

  onStreamEnd(): void {
    // An 'end' that was due when we destroyed the stream, or that Bun's TLS makes of a reset of the socket below it: bytes may be
    // missing, and 'close' tells what it was.
    if (this.#stream.destroyed || this.#aborted) return;
    // TLS tells of an alert of the peer by 'error', and goes on to 'end'.
    if (this.#streamFailed || this.#profile.traits.endedByReset(this.#stream)) {
      this.#loss();
      this.#stream.destroy();
    } else {
      this.#inbound.finish({ kind: 'fin' });
      // Of a connection that has failed the inbound side is settled already.
      if (this.#failed) this.#onPeerEnd();
      this.onStreamFinish();
    }
  }

  /** Not every stream destroys itself when both of its sides have ended. */
  onStreamFinish(): void {
    if (this.#stream.readableEnded && this.#stream.writableFinished) this.#stream.destroy();
  }

  onStreamClose(): void {
    this.#streamClosed = true;
    this.#outbound?.gone();
    if (this.#inbound.end === undefined) {
      // A stream that was destroyed while paused still holds what it had read: bytes that we have received.
      for (let chunk = this.#read(); chunk !== null; chunk = this.#read()) this.onStreamData(chunk);
      this.#inbound.finish({ kind: 'lost', error: this.#loss() });
    }
    if (this.#inbound.settled) this.#finish();
  }

  get #halfCloseMode(): ReturnType<typeof halfCloseMode> {
    return halfCloseMode(this.#profile.role, this.#profile.settings.allowHalfOpen);
  }

  get #writer(): Outbound {
    if (this.#outbound === undefined) {
      const { traits, settings } = this.#profile;
      this.#outbound = new Outbound(this.#stream, traits, this, settings.maxWriteBuffer);
      if (this.#streamClosed) this.#outbound.gone();
    }
    return this.#outbound;
  }

  #read(): Buffer | string | null {
    return this.#stream.read() as Buffer | string | null;
  }

  #onPeerEnd(): void {
    this.#peerEnded = true;
    if (this.#halfCloseMode === 'not at all') this.#endWithPeer();
    else this.onSendersChange();
    if (this.#halfCloseMode === 'until ended here') this.#probe();
  }

  #endWithPeer(): void {
    // What was written goes out whatever the ends of the sends may do.
    this.#writer.end();
    this.#senders?.failUnfinished(() => errorOf(this, 'ERR_PEER_ENDED', 'write'));
  }

  #endUnlessSending(): void {
    if (this.#senders?.none === false) this.#probe();
    else if (this.#failed) void this.close();
    else this.#writer.end();
  }

  /** The peer has said its last, and nothing tells any more whether it is still there (rule 12). */
  #probe(): void {
    const { traits, probeDelay = Infinity, settings } = this.#profile;
    if (this.#record.finished) return;
    this.#probing ??= deadline(probeDelay, settings.scheduler)
      .pipe(repeat())
      .subscribe(() => {
        traits.probe(this.#stream);
      });
  }

  /** Without a FIN of the peer, or with bytes left over, a stream that closes silently was lost all the same. */
  #loss(): TransportError {
    return this.#record.blame(errorOf(this, 'ERR_CONNECTION_RESET', 'read'));
  }

  #finish(): void {
    if (this.#record.finished) return;
    const outbound = this.#outbound;
    if (outbound !== undefined && outbound.waiting > 0) this.#loss();
    this.#senders?.fail(() => this.#record.error ?? this.#writer.closedError());
    // Not before: who is told may close, which gives the close a deadline.
    this.#forcing?.unsubscribe();
    this.#probing?.unsubscribe();
    const profile = this.#profile;
    this.#record.finish((summary) => {
      // Before the server that waits for it may say that it is closed.
      tellClosed(this, profile, summary);
      profile.onClosed?.(this, summary());
    });
  }

  #abortion(reason: unknown): TransportError {
    if (TransportError.is(reason)) return reason;
    const detail = reason instanceof Error ? reason.message : undefined;
    return errorOf(this, 'ERR_ABORTED', 'close', detail, reason);
  }

  /** On a dialled connection, and while somebody sends or after our end, the peer's end must be seen (rule 12). */
  #sense(): void {
    const sending = this.#senders?.none === false;
    const ended = this.#outbound?.open === false;
    this.#inbound.sense(this.#profile.role === 'dialled' || sending || ended);
  }
}
