import { BehaviorSubject, defer, distinctUntilChanged, filter, map, of, type Observable } from 'rxjs';
import type { CloseSummary, Connection } from '../connection/connection.ts';
import type { TransportErrorCode } from '../errors/error-codes.ts';
import { ServerCounts, type Counted } from './server-counts.ts';
import type { ServerStats } from './server-stats.ts';
import type { ShutdownSummary } from './server.ts';

/** The connections a server has open, and what became of all that it ever had. */
export class OpenConnections<C extends Connection & Counted> {
  /** Emits whenever there is none, at once if there is none now. */
  readonly none: Observable<void>;
  /** Those that are open: now, and after each change. */
  readonly open: Observable<ReadonlySet<Connection>>;
  /** The counts: now, and after each change. */
  readonly stats: Observable<ServerStats>;

  readonly #open = new Set<C>();
  readonly #counts = new ServerCounts();
  readonly #changes = new BehaviorSubject<void>(undefined);
  // For those who look: made when the first of them does, and shared by all until the next change.
  #seen: ReadonlySet<Connection> | undefined;
  #shuttingDown = false;
  #noMoreCome = false;
  #over = false;
  #summary: ShutdownSummary = { drained: 0, forced: 0, lost: 0, refused: 0, bytesDiscarded: 0 };

  constructor() {
    // Who comes after the end is told how it was.
    const states = defer(() => (this.#over ? of(undefined) : this.#changes));
    this.none = states.pipe(filter(() => this.#open.size === 0));
    this.open = states.pipe(
      map(() => (this.#seen ??= new Set(this.#open))),
      distinctUntilChanged(),
    );
    this.stats = states.pipe(map(() => this.#counts.stats(this.#open)));
  }

  get summary(): ShutdownSummary {
    return this.#summary;
  }

  /** From now on, what becomes of a connection goes into the summary. */
  beginShutdown(): void {
    this.#shuttingDown = true;
  }

  add(connection: C): void {
    this.#open.add(connection);
    this.#counts.accepted += 1;
    this.#changed();
  }

  refused(code: TransportErrorCode): void {
    this.#summary = { ...this.#summary, refused: this.#summary.refused + 1 };
    this.#counts.refused(code);
    this.#changes.next();
  }

  closed(connection: C, summary: CloseSummary): void {
    if (this.#shuttingDown) this.#summary = withConnection(this.#summary, summary);
    this.#counts.closed(summary);
    this.#open.delete(connection);
    this.#changed();
  }

  /** The listener is closed: with the last connection all of it is over. */
  noMoreCome(): void {
    this.#noMoreCome = true;
    this.#endWithTheLast();
  }

  closeAll(): void {
    for (const connection of [...this.#open]) void connection.close();
  }

  #changed(): void {
    this.#seen = undefined;
    this.#changes.next();
    this.#endWithTheLast();
  }

  #endWithTheLast(): void {
    if (!this.#noMoreCome || this.#open.size > 0) return;
    this.#over = true;
    this.#changes.complete();
  }
}

function withConnection(sum: ShutdownSummary, { error, bytesDiscarded }: CloseSummary): ShutdownSummary {
  const outcome = error === undefined ? 'drained' : error.code === 'ERR_CLOSE_TIMEOUT' ? 'forced' : 'lost';
  return { ...sum, [outcome]: sum[outcome] + 1, bytesDiscarded: sum.bytesDiscarded + bytesDiscarded };
}
