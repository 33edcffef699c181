import { BaseRpcContext, RpcException, Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { NO_MESSAGE_HANDLER } from '@nestjs/microservices/constants.js';
import { EventEmitter } from 'node:events';
import {
  finalize,
  mergeMap,
  Observable,
  of,
  ReplaySubject,
  tap,
  type ObservableInput,
  type Subscription,
} from 'rxjs';
import {
  bind,
  framed,
  jsonLines,
  serve,
  type BindOptions,
  type Codec,
  type Connection,
  type Server as BoundServer,
  type ServeOutcome,
} from 'rxjs-net';
import { answerPackets } from './answer-packets.ts';
import type { RequestPacket, ServerPacket } from './packets.ts';

/** For a pattern that is served over this transport alone: `@MessagePattern('sum', RXJS_NET)`. */
export const RXJS_NET: unique symbol = Symbol('rxjs-net');

/** All that `bind` can be told, but for `until`: a drain begins with `app.close()`. */
export interface RxjsNetServerOptions extends Omit<BindOptions, 'until'> {
  /** `host:port`, `tls://host:port` or `unix:/path`. */
  readonly endpoint: string;
  /** Default `jsonLines()`. */
  readonly codec?: Codec<unknown>;
  /** How many packets of one connection are worked on at a time; those beyond are not read. Default 1000. */
  readonly concurrent?: number;
}

type ClientConnection = Connection<unknown, ServerPacket>;
type Outcome = ServeOutcome<unknown, ServerPacket>;

/** What a handler gets as `@Ctx()`. */
export class RxjsNetContext extends BaseRpcContext<[connection: ClientConnection, pattern: string]> {
  getConnection(): ClientConnection {
    return this.args[0];
  }

  getPattern(): string {
    return this.args[1];
  }
}

/** `createMicroservice(App, { strategy: new RxjsNetServer({ endpoint: '127.0.0.1:7000' }) })` */
export class RxjsNetServer
  extends Server<{ closed: (outcome: Outcome) => void }, 'connected' | 'disconnected'>
  implements CustomTransportStrategy
{
  override transportId: symbol = RXJS_NET;

  readonly #options: RxjsNetServerOptions;
  readonly #draining = new ReplaySubject<void>(1);
  readonly #events = new EventEmitter();
  #served: Subscription | undefined;
  #bound: BoundServer | undefined;

  constructor(options: RxjsNetServerOptions) {
    super();
    this.#options = options;
  }

  listen(callback: (error?: unknown) => void): void {
    const { endpoint, codec = jsonLines(), concurrent = 1000, ...options } = this.#options;
    this.#served = bind(endpoint, { ...options, until: this.#draining })
      .pipe(
        tap((bound) => {
          this.#bound = bound;
          this._status$.next('connected');
          callback();
        }),
        mergeMap(({ connections }) => connections),
        framed<unknown, ServerPacket>(codec),
        serve(
          (connection) =>
            answerPackets(connection, {
              respond: (packet) => this.#respond(packet, connection),
              toErr: (error) => this.#toErr(error),
              concurrent,
            }),
          { completeOnDrain: false },
        ),
        finalize(() => {
          this.#bound = undefined;
          this._status$.next('disconnected');
        }),
      )
      .subscribe({
        next: (outcome) => {
          if (outcome.error !== undefined) this.handleError(outcome.error.message);
          this.#events.emit('closed', outcome);
        },
        error: (error: unknown) => {
          this.handleError(String(error));
          callback(error);
        },
      });
  }

  /** Drains: nobody is let in any more, clients are told to go elsewhere, and what is under way is answered. */
  close(): Promise<void> {
    this.#draining.next();
    const served = this.#served;
    return served === undefined
      ? Promise.resolve()
      : new Promise((resolve) => {
          served.add(resolve);
        });
  }

  /** `closed` tells of each connection that has come to its end. */
  on(event: 'closed', callback: (outcome: Outcome) => void): void {
    this.#events.on(event, callback);
  }

  /** The `Server` of rxjs-net, with its `endpoint` and those whom it has refused. */
  unwrap<T = BoundServer>(): T {
    if (this.#bound === undefined) throw new Error('it does not listen; await app.listen() first');
    return this.#bound as T;
  }

  /** Calls a handler, with all the guards, pipes, interceptors and filters that Nest has put around it. */
  #respond(packet: RequestPacket, connection: ClientConnection): ObservableInput<unknown> {
    const pattern = this.getPatternAsString(packet.pattern);
    const context = new RxjsNetContext([connection, pattern]);
    if (packet.id === undefined) return this.handleEvent(pattern, packet, context);
    // Nest's own look-up parses the pattern as JSON, which throws for most, at a third of what a request costs.
    const handler = this.messageHandlers.get(pattern) ?? this.getHandlerByPattern(pattern);
    return handler?.(packet.data, context) ?? of(noHandler);
  }

  /** For what Nest's filters have not seen: a failing async iterable, a message that the codec has no bytes for. */
  #toErr(error: unknown): unknown {
    if (!(error instanceof RpcException)) {
      this.handleError(String(error));
      return { status: 'error', message: 'Internal server error' };
    }
    const err = error.getError();
    return typeof err === 'string' ? { status: 'error', message: err } : err;
  }
}

/** A mere text, as Nest's own transports have it. */
const noHandler = new Observable<never>((subscriber) => {
  subscriber.error(NO_MESSAGE_HANDLER);
});
