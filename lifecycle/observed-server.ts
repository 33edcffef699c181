import { Subject, type Subscription } from 'rxjs';
import { bind, TransportError, type Connection, type Server, type ShutdownSummary } from '../src/index.ts';
import { CLOSE_TIMEOUT, GRACE_PERIOD } from './end-model.ts';
import type { Scene } from './observed-end.ts';

/** What every socket of a run is told. */
export interface RunOptions {
  readonly maxWriteBuffer: number;
  readonly maxConnections: number;
}

/** A bound server, and everything that it has shown. */
export class ObservedServer {
  /** What the run has told it. */
  state: 'listening' | 'draining' | 'stopped' = 'listening';
  drainedAt: number = Infinity;
  /** How `bind` has told that it is over. */
  outcome: { readonly error?: unknown } | undefined;
  summary: ShutdownSummary | undefined;
  refused = 0;
  /** Connections that were open when it began to shut down. */
  openThen = 0;
  readonly server: Server;
  readonly arrived: Connection[] = [];
  readonly #subscription: Subscription;
  readonly #until: Subject<void>;
  readonly #scene: Scene;

  private constructor(server: Server, subscription: Subscription, until: Subject<void>, scene: Scene) {
    this.server = server;
    this.#subscription = subscription;
    this.#until = until;
    this.#scene = scene;
    server.connections.subscribe((connection) => this.arrived.push(connection));
    server.refused.subscribe(() => (this.refused += 1));
    server.closed.subscribe((summary) => {
      scene.ledger.check('server', this.summary === undefined, () => 'the server is closed a second time');
      this.summary = summary;
    });
  }

  static bind(scene: Scene, { maxConnections, maxWriteBuffer }: RunOptions): Promise<ObservedServer> {
    const { medium, clock } = scene;
    const until = new Subject<void>();
    return new Promise((resolve, reject) => {
      let observed: ObservedServer | undefined;
      const subscription = bind(medium.endpoint, {
        ...medium.bind,
        scheduler: clock.scheduler,
        closeTimeout: CLOSE_TIMEOUT,
        gracePeriod: GRACE_PERIOD,
        maxConnections,
        maxWriteBuffer,
        until,
      }).subscribe({
        next: (server) => {
          observed = new ObservedServer(server, subscription, until, scene);
          resolve(observed);
        },
        error: (error: unknown) => {
          if (observed === undefined) reject(new Error(`bind failed: ${String(error)}`));
          else observed.outcome = { error };
        },
        complete: () => {
          if (observed !== undefined) observed.outcome = {};
        },
      });
    });
  }

  drain(now: number, open: number): void {
    this.state = 'draining';
    this.drainedAt = now;
    this.openThen = open;
    this.#until.next();
  }

  /** Unsubscribes: it stops, and closes what it has accepted. */
  stop(open: number): void {
    if (this.state === 'listening') this.openThen = open;
    this.state = 'stopped';
    this.#subscription.unsubscribe();
  }

  /** After it is closed. */
  checkClosed(strays: number): void {
    const { ledger } = this.#scene;
    const { summary } = this;
    if (summary === undefined) return;
    const counted = summary.drained + summary.forced + summary.lost;
    ledger.check(
      'server',
      counted >= this.openThen && counted <= this.openThen + strays,
      () => `it counted ${counted} connections, and ${this.openThen} were open (${strays} unknown)`,
    );
    ledger.check('server', summary.error === undefined, () => String(summary.error));
    const { outcome } = this;
    ledger.check(
      'drained',
      outcome === undefined || (outcome.error === undefined && this.drainedAt !== Infinity),
      () => `bind ended with ${String(outcome?.error)}`,
    );
  }

  /** A dial that nobody has to answer. */
  checkRefusal(error: unknown): void {
    const { ledger, medium } = this.#scene;
    const code = TransportError.is(error) ? error.code : String(error);
    ledger.check('refusing', medium.refusals.includes(code), () => `a dial to nobody: ${code}`);
  }
}
