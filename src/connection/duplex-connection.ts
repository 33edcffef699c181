import type { Duplex } from 'node:stream';
import {
  AsyncSubject,
  defer,
  firstValueFrom,
  map,
  startWith,
  Subject,
  takeUntil,
  type Observable,
  type ObservableInput,
  type Subscription,
} from 'rxjs';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { toTransportError } from '../errors/system-error.ts';
import { TransportError } from '../errors/transport-error.ts';
import type { ConnectionSettings } from './connection-options.ts';
import type { CloseSummary, Connection, Traffic } from './connection.ts';
import { deadline } from './deadline.ts';
import { Inbound } from './inbound.ts';
import { Outbound, toBytes, type Bytes } from './outbound.ts';
import { pullIterator } from './pull-iterator.ts';
import { send } from './send.ts';
import { Senders } from './senders.ts';

/** What a {@link DuplexConnection} is told about its stream. */
export interface DuplexConnectionInit extends ConnectionSettings {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** An accepted connection answers after the peer's FIN; for a dialled one the conversation is over (rule 12). */
  readonly role: 'accepted' | 'dialled';
  readonly draining: Observable<void>;
  /** Ends the stream at once, with RST where the stream knows such a thing. */
  readonly reset: (stream: Duplex) => void;
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
  readonly #senders = new Senders(() => {
    this.#onSendersChange();
  });
  readonly #moved = new Subject<void>();
  readonly #released = new AsyncSubject<void>();
  readonly #openedAt: number;
  #duration = 0;
  #error: TransportError | undefined;
  #closing = false;
  #streamClosed = false;
  #inboundSettled = false;

  constructor(stream: Duplex, init: DuplexConnectionInit) {
    connectionCount += 1;
    this.id = String(connectionCount);
    this.local = init.local;
    this.remote = init.remote;
    this.#stream = stream;
    this.#init = init;
    this.#openedAt = init.scheduler.now();
    this.#inbound = new Inbound(stream, init.remote, () => {
      this.#onInboundSettled();
    });
    this.#outbound = new Outbound(stream, init.remote, init.maxWriteBuffer, () => {
      this.#moved.next();
    });
    this.received = this.#inbound.received;
    this.congested = this.#outbound.congested;
    this.closed = defer(() => this.#released.pipe(map(() => this.#summary())));
    this.draining = init.draining.pipe(takeUntil(this.#released));
    this.traffic = defer(() =>
      this.#moved.pipe(
        startWith(undefined),
        map(() => this.#totals()),
      ),
    );
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
      this.#inbound.release();
      deadline(this.#init.closeTimeout, this.#init.scheduler)
        .pipe(takeUntil(this.#released))
        .subscribe(() => {
          this.abort(new TransportError('ERR_CLOSE_TIMEOUT', { phase: 'close', endpoint: this.remote }));
        });
    }
    return firstValueFrom(this.closed);
  }

  abort(reason?: Error): void {
    if (this.#inboundSettled && this.#streamClosed) return;
    this.#error ??= this.#abortion(reason);
    this.#outbound.gone();
    this.#inbound.drop();
    this.#init.reset(this.#stream);
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
      this.#error ??= toTransportError(error, 'read', this.remote);
    });
    this.#stream.on('data', (chunk: Buffer | string) => {
      this.#take(chunk);
    });
    this.#stream.on('end', () => {
      this.#inbound.finish({ kind: 'fin' });
    });
    this.#stream.on('close', () => {
      this.#onStreamClosed();
    });
  }

  #onStreamClosed(): void {
    this.#streamClosed = true;
    this.#outbound.gone();
    if (this.#inboundSettled) {
      this.#release();
      return;
    }
    this.#rescueBuffered();
    this.#inbound.finish({ kind: 'lost', error: this.#lost() });
  }

  /** A stream that was destroyed while paused still holds what it had read: bytes that we have received. */
  #rescueBuffered(): void {
    for (let chunk = this.#read(); chunk !== null; chunk = this.#read()) this.#take(chunk);
  }

  #read(): Buffer | string | null {
    return this.#stream.read() as Buffer | string | null;
  }

  #take(chunk: Buffer | string): void {
    // A stream that somebody gave an encoding hands out text.
    this.#inbound.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    this.#moved.next();
  }

  #onInboundSettled(): void {
    this.#inboundSettled = true;
    if (this.#streamClosed) this.#release();
    else this.#onPeerEnded();
  }

  #onPeerEnded(): void {
    switch (this.#halfOpen) {
      case 'always':
        return;
      case 'while sending':
        this.#endWhenQuiet();
        return;
      case 'never':
        this.#senders.failUnfinished(
          new TransportError('ERR_PEER_ENDED', { phase: 'write', endpoint: this.remote }),
        );
        this.#outbound.end();
        return;
      default:
        return this.#halfOpen satisfies never;
    }
  }

  #onSendersChange(): void {
    this.#inbound.sense(!this.#senders.none);
    if (this.#senders.none && this.#inboundSettled && this.#halfOpen === 'while sending')
      this.#endWhenQuiet();
  }

  /** After this turn of the event loop, so that whoever awaits the end of a `for await` can still answer. */
  #endWhenQuiet(): void {
    setImmediate(() => {
      if (this.#senders.none) this.#outbound.end();
    });
  }

  /** Without a FIN of the peer, or with bytes left over, a stream that closes silently was lost all the same. */
  #lost(): TransportError {
    this.#error ??= new TransportError('ERR_CONNECTION_RESET', { phase: 'read', endpoint: this.remote });
    return this.#error;
  }

  #release(): void {
    if (this.#outbound.waiting > 0) this.#lost();
    this.#duration = this.#init.scheduler.now() - this.#openedAt;
    this.#senders.fail(this.#error ?? this.#outbound.closedError());
    this.#moved.complete();
    this.#released.next();
    this.#released.complete();
  }

  get #halfOpen(): 'always' | 'while sending' | 'never' {
    const { allowHalfOpen, role } = this.#init;
    if (allowHalfOpen === undefined) return role === 'accepted' ? 'while sending' : 'never';
    return allowHalfOpen ? 'always' : 'never';
  }

  #abortion(reason: Error | undefined): TransportError {
    if (TransportError.is(reason)) return reason;
    const detail = reason?.message;
    return new TransportError('ERR_ABORTED', {
      phase: 'close',
      endpoint: this.remote,
      detail,
      cause: reason,
    });
  }

  #totals(): Traffic {
    return { bytesRead: this.#inbound.bytesRead, bytesWritten: this.#outbound.bytesWritten };
  }

  #summary(): CloseSummary {
    return {
      ...this.#totals(),
      bytesDiscarded: this.#outbound.waiting,
      writesRefused: this.#outbound.refused,
      duration: this.#duration,
      ...(this.#error === undefined ? {} : { error: this.#error }),
    };
  }
}
