import {
  AsyncSubject,
  BehaviorSubject,
  catchError,
  concat,
  concatMap,
  defer,
  distinctUntilChanged,
  EMPTY,
  endWith,
  filter,
  forkJoin,
  ignoreElements,
  map,
  merge,
  NEVER,
  Subject,
  switchMap,
  take,
  takeUntil,
  tap,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import type { Connection } from '../../connection/connection.ts';
import { deadline } from '../../connection/deadline.ts';
import type { Endpoint } from '../../endpoint/endpoint.ts';
import { toTransportError } from '../../errors/system-error.ts';
import { TransportError } from '../../errors/transport-error.ts';
import { Direction } from './direction.ts';
import type { FaultSettings } from './fault-settings.ts';
import type { ProxiedConnection } from './proxied-connection.ts';
import { seededRandom, type Random } from '../simulation/seeded-random.ts';

/** What a {@link Relay} is made with. */
export interface RelayInit {
  readonly client: Connection;
  readonly server: Endpoint;
  /** Dials the server, and owns the connection while subscribed. */
  readonly dial: Observable<Connection>;
  readonly faults: FaultSettings;
  readonly faulty: boolean;
  readonly random: Random;
  readonly window: number;
  readonly scheduler: SchedulerLike;
}

/**
 * One client, and the server that is dialled for it.
 *
 * ```text
 *   dialling ──▶ open ──FIN──▶ half-closed ──FIN──▶ closed
 *      │           │               │
 *      └───────────┴───────────────┴── loss of a side, a fault, reset() ──▶ lost: RST to both sides
 * ```
 */
export class Relay implements ProxiedConnection {
  readonly openedAt: number;
  readonly upstream: Direction;
  readonly downstream: Direction;
  error: TransportError | undefined;

  readonly #init: RelayInit;
  readonly #faults: BehaviorSubject<FaultSettings>;
  readonly #stop: Subject<void> = new Subject();
  readonly #over: AsyncSubject<void> = new AsyncSubject();
  #dialled: Connection | undefined;
  #finished = false;

  constructor(init: RelayInit) {
    this.#init = init;
    this.openedAt = init.scheduler.now();
    this.#faults = new BehaviorSubject(init.faults);
    this.upstream = this.#direction('upstream');
    this.downstream = this.#direction('downstream');
    this.#run().subscribe({
      complete: () => {
        this.#finished = true;
        this.#over.next();
        this.#over.complete();
      },
    });
  }

  get id(): string {
    return this.#init.client.id;
  }

  get client(): Endpoint {
    return this.#init.client.remote;
  }

  get server(): Endpoint {
    return this.#init.server;
  }

  get faulty(): boolean {
    return this.#init.faulty;
  }

  get closed(): Observable<void> {
    return this.#over.asObservable();
  }

  get state(): ProxiedConnection['state'] {
    if (this.error !== undefined) return 'lost';
    if (this.#finished) return 'closed';
    if (this.#dialled === undefined) return 'dialling';
    return this.upstream.ended || this.downstream.ended ? 'half-closed' : 'open';
  }

  /** The faults from now on. */
  face(faults: FaultSettings): void {
    this.#faults.next(faults);
  }

  reset(): void {
    this.#lose(
      new TransportError('ERR_ABORTED', { phase: 'close', endpoint: this.client, connectionId: this.id }),
    );
  }

  /**
   * Closes both sides gracefully; it is a reset where bytes would be lost by that: where a fault keeps them back, or who sends was
   * not read from. Before the server is dialled the client is not read from at all.
   */
  close(): void {
    const { client } = this.#init;
    const server = this.#dialled;
    if (server === undefined || this.upstream.keepsBack(client) || this.downstream.keepsBack(server)) {
      this.reset();
      return;
    }
    this.upstream.flush(server);
    this.downstream.flush(client);
    this.#stop.next();
    void client.close();
    void server.close();
  }

  #direction(name: 'upstream' | 'downstream'): Direction {
    const { random, scheduler, window } = this.#init;
    return new Direction({
      faults: this.#faults.pipe(map((faults) => faults[name])),
      present: () => this.#faults.value[name],
      // Of its own for each direction: what one of them draws does not depend on what the other carries.
      random: seededRandom(random() * 2 ** 32),
      scheduler,
      window,
    });
  }

  /** Completes when both sides are released. */
  #run(): Observable<unknown> {
    const talking = merge(this.#talk(), this.#untilLimit()).pipe(take(1), takeUntil(this.#stop));
    const lost = catchError((error: unknown) => {
      this.#lose(toTransportError(error, 'read', this.client, this.id));
      return EMPTY;
    });
    return concat(
      talking.pipe(lost),
      defer(() => this.#released()),
    );
  }

  /** Emits when both sides have closed. */
  #talk(): Observable<unknown> {
    const { client, dial } = this.#init;
    // In silence the server hears of no client; and a client that has left needs none.
    const dialling = concat(this.upstream.audible, dial).pipe(
      tap((server) => {
        this.#dialled = server;
      }),
      // Both that it cannot be dialled, and that it was lost later.
      catchError((error: unknown) => this.downstream.tell(error)),
      takeUntil(client.closed.pipe(filter(() => this.#dialled === undefined))),
    );
    return dialling.pipe(switchMap((server) => this.#between(client, server)));
  }

  #between(client: Connection, server: Connection): Observable<unknown> {
    const bothClosed = forkJoin([client.closed, server.closed]).pipe(
      tap(([ofClient, ofServer]) => {
        this.error ??= ofClient.error ?? ofServer.error;
      }),
    );
    return merge(
      this.upstream.passOn(client, server),
      this.downstream.passOn(server, client),
      lossOf(client, this.upstream),
    ).pipe(takeUntil(bothClosed), endWith('closed'));
  }

  #untilLimit(): Observable<never> {
    const { scheduler } = this.#init;
    const after = (name: 'resetIn' | 'closeIn'): Observable<unknown> =>
      this.#faults.pipe(
        map((faults) => faults[name]),
        distinctUntilChanged(),
        switchMap((milliseconds) => deadline(milliseconds, scheduler)),
      );
    return merge(
      this.upstream.limit,
      this.downstream.limit,
      after('resetIn').pipe(map(() => 'reset' as const)),
      after('closeIn').pipe(map(() => 'close' as const)),
    ).pipe(
      tap((limit) => {
        if (limit === 'reset') this.reset();
        else this.close();
      }),
      ignoreElements(),
    );
  }

  #lose(error: TransportError): void {
    if (this.#finished) return;
    this.error ??= error;
    // Before the dial is given up, which would close the server's side gracefully: with FIN.
    this.#init.client.abort(this.error);
    this.#dialled?.abort(this.error);
    this.#stop.next();
  }

  #released(): Observable<unknown> {
    const sides = [this.#init.client, this.#dialled].filter((side) => side !== undefined);
    return forkJoin(sides.map(({ closed }) => closed));
  }
}

/** Errors with what a side was lost with, once the direction that comes from it may tell; never completes. */
function lossOf(side: Connection, direction: Direction): Observable<never> {
  return concat(side.closed, NEVER).pipe(
    concatMap(({ error }) => (error === undefined ? EMPTY : direction.tell(error))),
  );
}
