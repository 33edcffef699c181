import { AsyncSubject, defer, map, of, startWith, Subject, type Observable } from 'rxjs';
import type { TransportError } from '../errors/transport-error.ts';
import { guarded, type ConnectionContext } from './connection-context.ts';
import type { CloseSummary, Traffic } from './connection.ts';

/** The side of a connection that a {@link ConnectionRecord} is kept for. */
export interface Recorded extends ConnectionContext {
  /** The present moment, in milliseconds of the scheduler. */
  now(): number;
  /** What has passed through so far. */
  totals(): Omit<CloseSummary, 'duration' | 'error'>;
}

/** How a connection ended, and what goes through it: the source of `closed` and `traffic`. */
export class ConnectionRecord {
  readonly #host: Recorded;
  readonly #openedAt: number;
  // Made when somebody asks: most connections are never asked, and there are many of them.
  #moved: Subject<void> | undefined;
  #over: AsyncSubject<void> | undefined;
  #duration: number | undefined;
  #error: TransportError | undefined;

  constructor(host: Recorded) {
    this.#host = host;
    this.#openedAt = host.now();
  }

  get traffic(): Observable<Traffic> {
    return defer(() => {
      if (this.finished) return of(this.#traffic());
      return (this.#moved ??= new Subject()).pipe(
        startWith(undefined),
        map(() => this.#traffic()),
      );
    }).pipe(guarded(this.#host));
  }

  get closed(): Observable<CloseSummary> {
    // The summary is made for each subscriber, because refused writes go on being counted.
    return defer(() => this.over.pipe(map(() => this.#summary()))).pipe(guarded(this.#host));
  }

  /** Emits when the connection is over. */
  get over(): Observable<void> {
    if (this.finished) return of(undefined);
    return (this.#over ??= new AsyncSubject());
  }

  /** Why the connection was lost, as far as is known. */
  get error(): TransportError | undefined {
    return this.#error;
  }

  /** The first reason counts: what follows it is its consequence. */
  blame(error: TransportError): TransportError {
    if (!this.finished) this.#error ??= error;
    return this.#error ?? error;
  }

  moved(): void {
    this.#moved?.next();
  }

  get finished(): boolean {
    return this.#duration !== undefined;
  }

  /** From here on nothing changes; `tell` comes before everybody who subscribed. */
  finish(tell: (summary: () => CloseSummary) => void): void {
    // The clock of a scheduler may be the wall clock, which somebody may set back.
    this.#duration = Math.max(0, this.#host.now() - this.#openedAt);
    tell(() => this.#summary());
    this.#over?.next();
    this.#over?.complete();
    this.#moved?.complete();
  }

  #summary(): CloseSummary {
    const duration = this.#duration ?? 0;
    const error = this.#error;
    // In this order: V8 takes 2 µs to add a property to what was spread.
    return error === undefined
      ? { duration, ...this.#host.totals() }
      : { error, duration, ...this.#host.totals() };
  }

  #traffic(): Traffic {
    const { bytesRead, bytesWritten } = this.#host.totals();
    return { bytesRead, bytesWritten };
  }
}
