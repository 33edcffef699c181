import type { Duplex } from 'node:stream';
import {
  firstValueFrom,
  ignoreElements,
  race,
  takeUntil,
  type Observable,
  type ObservableInput,
  type Subscription,
} from 'rxjs';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { toTransportError } from '../errors/system-error.ts';
import { TransportError } from '../errors/transport-error.ts';
import type { ConnectionSettings } from './connection-options.ts';
import { errorOf, guarded, type ConnectionContext } from './connection-context.ts';
import { ConnectionRecord } from './connection-record.ts';
import type { CloseSummary, Connection, Traffic } from './connection.ts';
import { deadline } from './deadline.ts';
import { HalfClose, halfCloseMode, type ConnectionRole } from './half-close.ts';
import { Inbound } from './inbound.ts';
import { Outbound, type Bytes } from './outbound.ts';
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
  readonly #context: ConnectionContext;
  #closing = false;
  #streamClosed = false;

  constructor(stream: Duplex, init: DuplexConnectionInit) {
    connectionCount += 1;
    this.id = String(connectionCount);
    this.local = init.local;
    this.remote = init.remote;
    this.#stream = stream;
    this.#init = init;
    this.#context = {
      id: this.id,
      remote: this.remote,
      callOut: (action) => {
        this.#callOut(action);
      },
    };
    this.#inbound = new Inbound(stream, this.#context, () => {
      this.#onInboundSettled();
    });
    this.#outbound = new Outbound(stream, this.#context, init.maxWriteBuffer, () => {
      this.#record.moved();
    });
    this.#senders = new Senders(this.#context, () => {
      this.#sense();
      this.#halfClose.onSendersChange();
    });
    this.#halfClose = new HalfClose(
      halfCloseMode(init.role, init.allowHalfOpen),
      this.#senders,
      this.#outbound,
    );
    this.#record = new ConnectionRecord(this.#inbound, this.#outbound, init.scheduler, this.#context);
    this.received = this.#inbound.received;
    this.congested = this.#outbound.congested;
    this.closed = this.#record.closed;
    this.traffic = this.#record.traffic;
    // race, and not takeUntil: what had begun to drain still says so after its end.
    this.draining = race(init.draining, this.#record.over.pipe(ignoreElements())).pipe(
      guarded(this.#context),
    );
    this.#listen();
    this.#sense();
  }

  send(values: ObservableInput<Bytes>): Observable<never> {
    return send(values, { context: this.#context, outbound: this.#outbound, senders: this.#senders });
  }

  write(value: Bytes): boolean {
    const bytes = this.#outbound.toBytes(value);
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
    // What was written goes out whatever the ends of the sends may do.
    this.#outbound.end();
    this.#senders.failUnfinished(this.#record.error ?? this.#outbound.closedError());
    this.#sense();
  }

  close(): Promise<CloseSummary> {
    if (!this.#closing && !this.#record.finished) {
      this.#closing = true;
      this.end();
      this.#inbound.letGo();
      deadline(this.#init.closeTimeout, this.#init.scheduler)
        .pipe(takeUntil(this.#record.over))
        .subscribe(() => {
          this.abort(errorOf(this.#context, 'ERR_CLOSE_TIMEOUT', 'close'));
        });
    }
    return firstValueFrom(this.closed);
  }

  abort(reason?: unknown): void {
    if (this.#record.finished) return;
    this.#record.blame(this.#abortion(reason));
    this.#outbound.gone();
    this.#inbound.drop();
    if (this.#streamClosed) this.#inbound.finish({ kind: 'lost', error: this.#loss() });
    else this.#init.traits.reset(this.#stream);
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
      this.#record.blame(toTransportError(error, 'read', this.remote, this.id));
    });
    this.#stream.on('data', (chunk: Buffer | string) => {
      this.#take(chunk);
    });
    this.#stream.on('end', () => {
      this.#onStreamEnded();
    });
    this.#stream.on('finish', () => {
      this.#destroyWhenDone();
    });
    this.#stream.on('close', () => {
      this.#onStreamClosed();
    });
  }

  #onStreamEnded(): void {
    // An 'end' that was due when we destroyed the stream: its bytes may be missing, and 'close' tells what it was.
    if (this.#stream.destroyed) return;
    if (this.#init.traits.endedByReset(this.#stream)) {
      this.#loss();
      this.#stream.destroy();
    } else {
      this.#inbound.finish({ kind: 'fin' });
      this.#destroyWhenDone();
    }
  }

  /** Not every stream destroys itself when both of its sides have ended. */
  #destroyWhenDone(): void {
    if (this.#stream.readableEnded && this.#stream.writableFinished) this.#stream.destroy();
  }

  #onStreamClosed(): void {
    this.#streamClosed = true;
    this.#outbound.gone();
    if (this.#inbound.end === undefined) {
      // A stream that was destroyed while paused still holds what it had read: bytes that we have received.
      for (let chunk = this.#read(); chunk !== null; chunk = this.#read()) this.#take(chunk);
      this.#inbound.finish({ kind: 'lost', error: this.#loss() });
    }
    if (this.#inbound.settled) this.#finish();
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
    else this.#halfClose.onPeerEnded(this.#context);
  }

  /** Without a FIN of the peer, or with bytes left over, a stream that closes silently was lost all the same. */
  #loss(): TransportError {
    return this.#record.blame(errorOf(this.#context, 'ERR_CONNECTION_RESET', 'read'));
  }

  #finish(): void {
    if (this.#record.finished) return;
    if (this.#outbound.waiting > 0) this.#loss();
    this.#senders.fail(this.#record.error ?? this.#outbound.closedError());
    this.#record.finish();
  }

  #abortion(reason: unknown): TransportError {
    if (TransportError.is(reason)) return reason;
    const detail = reason instanceof Error ? reason.message : undefined;
    return errorOf(this.#context, 'ERR_ABORTED', 'close', detail, reason);
  }

  /** On a dialled connection, and while somebody sends or after our end, the peer's end must be seen (rule 12). */
  #sense(): void {
    this.#inbound.sense(this.#init.role === 'dialled' || !this.#senders.none || !this.#outbound.open);
  }

  #callOut(action: () => void): void {
    try {
      action();
    } catch (cause) {
      const detail = 'the end of a subscriber threw';
      this.abort(errorOf(this.#context, 'ERR_HANDLER_FAILED', 'handle', detail, cause));
    }
  }
}
