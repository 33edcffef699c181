import { BehaviorSubject, defer, filter, map, Subject, switchMap, take, type Observable } from 'rxjs';
import type { Connection } from '../../connection/connection.ts';
import type { Endpoint } from '../../endpoint/endpoint.ts';
import { connect } from '../../transport/connect.ts';
import type { Server, ShutdownSummary } from '../../transport/server.ts';
import type { FaultProxySettings } from './fault-proxy-options.ts';
import { changedFaults, NO_FAULTS, type FaultSettings } from './fault-settings.ts';
import type { Faults } from './faults.ts';
import type { ProxiedConnection } from './proxied-connection.ts';
import { seededRandom, type Random } from '../simulation/seeded-random.ts';
import { Relay } from './relay.ts';

/**
 * A proxy that runs: what goes through it, and what is done to it.
 *
 * @example
 * ```ts
 * import { faultProxy } from 'rxjs-net/testing';
 * import { take } from 'rxjs';
 *
 * faultProxy({ to: '127.0.0.1:7001' })
 *   .pipe(take(1))
 *   .subscribe((proxy) => {
 *     proxy.change({ latency: 200 });
 *     proxy.partition();
 *     proxy.heal();
 *     proxy.reset();
 *   });
 * ```
 * @public
 */
export interface FaultProxy {
  /** Where clients connect; port 0 is resolved. */
  readonly endpoint: Endpoint;
  /** Each connection when it was accepted, before its server is dialled. Hot; completes with the proxy. */
  readonly connections: Observable<ProxiedConnection>;
  /** The connections that there are now, in the order of their coming: a live set. */
  readonly open: ReadonlySet<ProxiedConnection>;
  /** Emits what the clients' side was closed with, once both sides of all connections are released. Replays. */
  readonly closed: Observable<ShutdownSummary>;
  /**
   * Changes the faults of the connections that there are, and of those to come. What is not named, or undefined, stays; what is
   * named without a direction is changed in both. Counts of bytes are those of the whole connection, so one that is over its
   * `resetAfter` already is reset at once.
   *
   * @throws TransportError `ERR_INVALID_OPTION`
   */
  change(faults: Faults): void;
  /** Silence on all connections, whatever their faults are, as if the cable were cut: see `halfOpen`. */
  partition(): void;
  /** Ends the {@link FaultProxy.partition}; the faults are as they were. */
  heal(): void;
  /** Resets all connections at once, on both sides. Others may come. */
  reset(): void;
}

/** The proxy on a server that listens. */
export class RunningFaultProxy implements FaultProxy {
  readonly closed: Observable<ShutdownSummary>;

  readonly #server: Server;
  readonly #settings: FaultProxySettings;
  readonly #random: Random;
  readonly #connections: Subject<ProxiedConnection> = new Subject();
  readonly #open: Set<Relay> = new Set();
  readonly #count: BehaviorSubject<number> = new BehaviorSubject(0);
  #faults: FaultSettings;
  #partitioned = false;

  constructor(server: Server, settings: FaultProxySettings) {
    this.#server = server;
    this.#settings = settings;
    this.#random = seededRandom(settings.seed);
    this.#faults = settings.faults;
    const released = this.#count.pipe(
      filter((count) => count === 0),
      take(1),
    );
    this.closed = server.closed.pipe(switchMap((summary) => released.pipe(map(() => summary))));
    server.connections.subscribe({
      next: (client) => {
        this.#accept(client);
      },
      complete: () => {
        this.#connections.complete();
      },
    });
  }

  get endpoint(): Endpoint {
    return this.#server.endpoint;
  }

  get connections(): Observable<ProxiedConnection> {
    return this.#connections.asObservable();
  }

  get open(): ReadonlySet<ProxiedConnection> {
    return this.#open;
  }

  change(faults: Faults): void {
    this.#faults = changedFaults(this.#faults, faults);
    this.#tellAll();
  }

  partition(): void {
    this.#partitioned = true;
    this.#tellAll();
  }

  heal(): void {
    this.#partitioned = false;
    this.#tellAll();
  }

  reset(): void {
    for (const relay of [...this.#open]) relay.reset();
  }

  /** Closes all connections, before the server does, which knows nothing of what is in transit. */
  close(): void {
    for (const relay of [...this.#open]) relay.close();
  }

  #accept(client: Connection): void {
    const { to, connectOptions, scheduler, share, window } = this.#settings;
    // Of its own for each connection: what one of them draws does not depend on what the others carry.
    const random = seededRandom(this.#random() * 2 ** 32);
    const faulty = random() < share;
    const relay = new Relay({
      client,
      server: to,
      dial: defer(() => connect(to, connectOptions)),
      faults: this.#facing(faulty),
      faulty,
      random,
      window,
      scheduler,
    });
    this.#open.add(relay);
    this.#count.next(this.#open.size);
    this.#connections.next(relay);
    relay.closed.subscribe(() => {
      this.#open.delete(relay);
      this.#count.next(this.#open.size);
    });
  }

  #tellAll(): void {
    for (const relay of [...this.#open]) relay.face(this.#facing(relay.faulty));
  }

  /** A partition is no fault of one connection: nobody is spared. */
  #facing(faulty: boolean): FaultSettings {
    const faults = faulty ? this.#faults : NO_FAULTS;
    return this.#partitioned ? changedFaults(faults, { halfOpen: true }) : faults;
  }
}
