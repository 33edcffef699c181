import { ClientProxy, type MsPattern, type ReadPacket, type WritePacket } from '@nestjs/microservices';
import { EventEmitter } from 'node:events';
import {
  filter,
  finalize,
  firstValueFrom,
  share,
  Subject,
  takeUntil,
  tap,
  throwIfEmpty,
  type Observable,
} from 'rxjs';
import {
  connect,
  framed,
  jsonLines,
  TransportError,
  type BackoffOptions,
  type Codec,
  type Connection,
  type ConnectOptions,
} from 'rxjs-net';
import type { ClientSession } from './client-session.ts';
import { clientSessions, type SessionChange } from './client-sessions.ts';
import type { ClientPacket } from './packets.ts';

/** All that `connect` can be told, and how to dial again. */
export interface RxjsNetClientOptions extends ConnectOptions {
  /** `host:port`, `tls://host:port` or `unix:/path`. */
  readonly endpoint: string;
  /** Default `jsonLines()`. */
  readonly codec?: Codec<unknown>;
  /** How long it waits before it dials again. */
  readonly backoff?: BackoffOptions;
}

/**
 * `ClientsModule.register([{ name: 'NUMBERS', customClass: RxjsNetClient, options: { endpoint: '127.0.0.1:7000' } }])`
 *
 * It dials with the first request or `connect()`, and dials again until `close()`. A request that finds no connection waits
 * for the dial that is under way, or the next one, and fails with what that fails with.
 */
export class RxjsNetClient extends ClientProxy<{ lost: (error: TransportError) => void }> {
  readonly #changes: Observable<SessionChange>;
  readonly #closing = new Subject<void>();
  readonly #events = new EventEmitter();
  #session: ClientSession | undefined;

  constructor({ endpoint, codec = jsonLines(), backoff = {}, ...options }: RxjsNetClientOptions) {
    super();
    const dial = connect(endpoint, options).pipe(framed<unknown, ClientPacket>(codec));
    this.#changes = clientSessions(dial, backoff).pipe(
      tap((change) => {
        this.#session = change.kind === 'opened' ? change.session : undefined;
        this._status$.next(change.kind === 'opened' ? 'connected' : 'disconnected');
        if (change.kind === 'lost') this.#events.emit('lost', change.error);
      }),
      takeUntil(this.#closing),
      finalize(() => {
        this.#session = undefined;
        this._status$.next('disconnected');
      }),
      share({ resetOnRefCountZero: false }),
    );
  }

  override async connect(): Promise<void> {
    if (this.#session !== undefined) return;
    const opened = this.#changes.pipe(
      tap((change) => {
        if (change.kind === 'lost') throw change.error;
      }),
      filter(({ kind }) => kind === 'opened'),
      throwIfEmpty(closed),
    );
    await firstValueFrom(opened);
  }

  /** Requests under way fail, and the server stops working on them; events that were emitted arrive. */
  override async close(): Promise<void> {
    const session = this.#session;
    session?.abandon();
    this.#closing.next();
    if (session !== undefined) await firstValueFrom(session.connection.closed);
  }

  /** `lost` tells of each connection that was lost, and of each dial that has failed. */
  override on(event: 'lost', callback: (error: TransportError) => void): void {
    this.#events.on(event, callback);
  }

  /** The `Connection` of rxjs-net: its traffic, its TLS session, `hold()`. */
  override unwrap<T = Connection<unknown, ClientPacket>>(): T {
    return this.#present().connection as T;
  }

  protected override publish(packet: ReadPacket, callback: (packet: WritePacket) => void): () => void {
    return this.#present().request(packet, callback);
  }

  protected override dispatchEvent<T>(packet: ReadPacket): Promise<T> {
    const pattern = this.normalizePattern(packet.pattern as MsPattern);
    return firstValueFrom(this.#present().tell({ ...packet, pattern }), { defaultValue: undefined as T });
  }

  #present(): ClientSession {
    if (this.#session === undefined) throw closed();
    return this.#session;
  }
}

function closed(): TransportError {
  return new TransportError('ERR_CLOSED', { phase: 'connect', detail: 'the client has no connection' });
}
