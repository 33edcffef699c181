import { BehaviorSubject, filter, map, type Observable } from 'rxjs';
import type { CloseSummary, Connection } from '../connection/connection.ts';
import type { ShutdownSummary } from './server.ts';

/** The connections a server has open, and what became of those that were open when it began to shut down. */
export class OpenConnections {
  /** Emits whenever there is none, at once if there is none now. */
  readonly none: Observable<void>;

  readonly #open = new Set<Connection>();
  readonly #count = new BehaviorSubject(0);
  #shuttingDown = false;
  #summary: ShutdownSummary = { drained: 0, forced: 0, lost: 0, refused: 0, bytesDiscarded: 0 };

  constructor() {
    this.none = this.#count.pipe(
      filter((count) => count === 0),
      map(() => undefined),
    );
  }

  get summary(): ShutdownSummary {
    return this.#summary;
  }

  /** From now on, what becomes of a connection goes into the summary. */
  beginShutdown(): void {
    this.#shuttingDown = true;
  }

  add(connection: Connection): void {
    this.#open.add(connection);
    this.#count.next(this.#open.size);
  }

  refused(): void {
    this.#summary = { ...this.#summary, refused: this.#summary.refused + 1 };
  }

  closed(connection: Connection, summary: () => CloseSummary): void {
    if (this.#shuttingDown) this.#summary = withConnection(this.#summary, summary());
    this.#open.delete(connection);
    this.#count.next(this.#open.size);
  }

  closeAll(): void {
    for (const connection of [...this.#open]) void connection.close();
  }
}

function withConnection(sum: ShutdownSummary, { error, bytesDiscarded }: CloseSummary): ShutdownSummary {
  const outcome = error === undefined ? 'drained' : error.code === 'ERR_CLOSE_TIMEOUT' ? 'forced' : 'lost';
  return { ...sum, [outcome]: sum[outcome] + 1, bytesDiscarded: sum.bytesDiscarded + bytesDiscarded };
}
