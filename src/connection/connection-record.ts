import { AsyncSubject, defer, map, startWith, Subject, type Observable, type SchedulerLike } from 'rxjs';
import type { TransportError } from '../errors/transport-error.ts';
import { guarded, type ConnectionContext } from './connection-context.ts';
import type { CloseSummary, Traffic } from './connection.ts';
import type { Inbound } from './inbound.ts';
import type { Outbound } from './outbound.ts';

/** What goes through a connection, and how it ended: the source of `traffic` and `closed`. */
export class ConnectionRecord {
  readonly traffic: Observable<Traffic>;
  readonly closed: Observable<CloseSummary>;
  /** Emits when the connection is over. */
  readonly over: Observable<void>;

  readonly #inbound: Inbound;
  readonly #outbound: Outbound;
  readonly #scheduler: SchedulerLike;
  readonly #openedAt: number;
  readonly #moved = new Subject<void>();
  readonly #over = new AsyncSubject<void>();
  #finished = false;
  #duration = 0;
  #error: TransportError | undefined;

  constructor(inbound: Inbound, outbound: Outbound, scheduler: SchedulerLike, context: ConnectionContext) {
    this.#inbound = inbound;
    this.#outbound = outbound;
    this.#scheduler = scheduler;
    this.#openedAt = scheduler.now();
    this.over = this.#over.asObservable();
    // The summary is made for each subscriber, because refused writes go on being counted.
    this.closed = defer(() => this.#over.pipe(map(() => this.#summary()))).pipe(guarded(context));
    this.traffic = defer(() =>
      this.#moved.pipe(
        startWith(undefined),
        map(() => this.#totals()),
      ),
    ).pipe(guarded(context));
  }

  /** Why the connection was lost, as far as is known. */
  get error(): TransportError | undefined {
    return this.#error;
  }

  /** The first reason counts: what follows it is its consequence. */
  blame(error: TransportError): TransportError {
    if (!this.#finished) this.#error ??= error;
    return this.#error ?? error;
  }

  moved(): void {
    this.#moved.next();
  }

  get finished(): boolean {
    return this.#finished;
  }

  finish(): void {
    this.#finished = true;
    this.#duration = this.#scheduler.now() - this.#openedAt;
    this.#over.next();
    this.#over.complete();
    this.#moved.complete();
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
