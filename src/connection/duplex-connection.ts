import type { Duplex } from 'node:stream';
import { firstValueFrom, takeUntil, type Observable, type ObservableInput, type Subscription } from 'rxjs';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { toTransportError } from '../errors/system-error.ts';
import { TransportError } from '../errors/transport-error.ts';
import type { ConnectionSettings } from './connection-options.ts';
import { ConnectionRecord } from './connection-record.ts';
import type { CloseSummary, Connection, Traffic } from './connection.ts';
import { deadline } from './deadline.ts';
import { HalfClose, halfCloseMode, type ConnectionRole } from './half-close.ts';
import { Inbound } from './inbound.ts';
import { Outbound, toBytes, type Bytes } from './outbound.ts';
import { pullIterator } from './pull-iterator.ts';
import { send } from './send.ts';
import { Senders } from './senders.ts';
import type { StreamTraits } from './stream-traits.ts';

/** What a {@link DuplexConnection} is told about its stream. */
export interface DuplexConnectionInit extends ConnectionSettings {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly role: ConnectionRole;
  readonly draining: Observable<void>;
  readonly traits: StreamTraits;
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
 *    └─ abort(), RST, network ──▶ inbound delivers what came before ──▶ closed, with an error
 * ```
 */
export class DuplexConnection implements Connection {
  readonly id: string;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly received: Observable<Buffer>;
  readonly congested: Observable<boolean>;
  readonly draining: Observable<void>;
  readonly traffic: Observable<Traffic>;
  readonly closed: Observable<CloseSummary>;

  readonly #stream: Duplex;
  readonly #init: DuplexConnectionInit;
  readonly #inbound: Inbound;
  readonly #outbound: Outbound;
  readonly #senders: Senders;
  readonly #halfClose: HalfClose;
  readonly #record: ConnectionRecord;
  #closing = false;
  #streamClosed = false;

  constructor(stream: Duplex, init: DuplexConnectionInit) {
    connectionCount += 1;
    this.id = String(connectionCount);
    this.local = init.local;
    this.remote = init.remote;
    this.#stream = stream;
    this.#init = init;
    this.#inbound = new Inbound(stream, init.remote, () => {
      this.#onInboundSettled();
    });
    this.#outbound = new Outbound(stream, init.remote, init.maxWriteBuffer, () => {
      this.#record.moved();
    });
    this.#senders = new Senders(() => {
      this.#inbound.sense(!this.#senders.none);
      this.#halfClose.onSendersChange();
    });
    this.#halfClose = new HalfClose(
      halfCloseMode(init.role, init.allowHalfOpen),
      this.#senders,
      this.#outbound,
    );
    this.#record = new ConnectionRecord(this.#inbound, this.#outbound, init.scheduler);
    this.received = this.#inbound.received;
    this.congested = this.#outbound.congested;
    this.closed = this.#record.closed;
    this.traffic = this.#record.traffic;
    this.draining = init.draining.pipe(takeUntil(this.#record.over));
    this.#listen();
  }

  send(values: ObservableInput<Bytes>): Observable<never> {
    return send(values, this.#outbound, this.#senders);
  }

  write(value: Bytes): boolean {
    const bytes = toBytes(value, this.remote);
    if (this.#outbound.overflows(bytes)) {
      this.abort(this.#outbound.overflowError());
      return false;
    }
    return this.#outbound.write(bytes) && !this.#outbound.isCongested;
  }

  hold(): Subscription {
    return this.#inbound.hold();
  }

  end(): void {
    this.#senders.failUnfinished(this.#outbound.closedError());
    this.#outbound.end();
  }

  close(): Promise<CloseSummary> {
    if (!this.#closing) {
      this.#closing = true;
      this.end();
      this.#inbound.letGo();
      deadline(this.#init.closeTimeout, this.#init.scheduler)
        .pipe(takeUntil(this.#record.over))
        .subscribe(() => {
          this.abort(new TransportError('ERR_CLOSE_TIMEOUT', { phase: 'close', endpoint: this.remote }));
        });
    }
    return firstValueFrom(this.closed);
  }

  abort(reason?: unknown): void {
    if (this.#over) return;
    this.#record.blame(this.#abortion(reason));
    this.#outbound.gone();
    this.#inbound.drop();
    this.#init.traits.reset(this.#stream);
  }

  [Symbol.asyncIterator](): AsyncIterator<Buffer, undefined> {
    return pullIterator(this);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The 'error' listener is the first and is never removed: a late error must not become an uncaught exception. */
  #listen(): void {
    this.#stream.on('error', (error) => {
      this.#record.blame(toTransportError(error, 'read', this.remote));
    });
    this.#stream.on('data', (chunk: Buffer | string) => {
      this.#take(chunk);
    });
    this.#stream.on('end', () => {
      this.#onStreamEnded();
    });
    this.#stream.on('close', () => {
      this.#onStreamClosed();
    });
  }

  #onStreamEnded(): void {
    if (this.#init.traits.endedByReset(this.#stream)) {
      this.#loss();
      this.#stream.destroy();
    } else {
      this.#inbound.finish({ kind: 'fin' });
    }
  }

  #onStreamClosed(): void {
    this.#streamClosed = true;
    this.#outbound.gone();
    if (this.#inbound.settled) {
      this.#finish();
      return;
    }
    // A stream that was destroyed while paused still holds what it had read: bytes that we have received.
    for (let chunk = this.#read(); chunk !== null; chunk = this.#read()) this.#take(chunk);
    this.#inbound.finish({ kind: 'lost', error: this.#loss() });
  }

  #read(): Buffer | string | null {
    return this.#stream.read() as Buffer | string | null;
  }

  #take(chunk: Buffer | string): void {
    // A stream that somebody gave an encoding hands out text.
    this.#inbound.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    this.#record.moved();
  }

  #onInboundSettled(): void {
    if (this.#streamClosed) this.#finish();
    else this.#halfClose.onPeerEnded(this.remote);
  }

  /** Without a FIN of the peer, or with bytes left over, a stream that closes silently was lost all the same. */
  #loss(): TransportError {
    return this.#record.blame(
      new TransportError('ERR_CONNECTION_RESET', { phase: 'read', endpoint: this.remote }),
    );
  }

  get #over(): boolean {
    return this.#streamClosed && this.#inbound.settled;
  }

  #finish(): void {
    if (this.#outbound.waiting > 0) this.#loss();
    this.#senders.fail(this.#record.error ?? this.#outbound.closedError());
    this.#record.finish();
  }

  #abortion(reason: unknown): TransportError {
    if (TransportError.is(reason)) return reason;
    const detail = reason instanceof Error ? reason.message : undefined;
    return new TransportError('ERR_ABORTED', {
      phase: 'close',
      endpoint: this.remote,
      detail,
      cause: reason,
    });
  }
}
