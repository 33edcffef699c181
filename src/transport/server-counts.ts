import type { CloseSummary, Traffic } from '../connection/connection.ts';
import type { TransportErrorCode } from '../errors/error-codes.ts';
import type { CountsByCode, ServerStats } from './server-stats.ts';

/** What an open connection can be asked at any time. */
export interface Counted {
  totals(): Traffic;
}

/** What a server counts as long as it lives: a number per connection, and none per message. */
export class ServerCounts {
  accepted = 0;

  #clean = 0;
  #bytesRead = 0;
  #bytesWritten = 0;
  readonly #lost = new Map<TransportErrorCode, number>();
  readonly #refused = new Map<TransportErrorCode, number>();

  refused(code: TransportErrorCode): void {
    increment(this.#refused, code);
  }

  closed({ error, bytesRead, bytesWritten }: CloseSummary): void {
    this.#bytesRead += bytesRead;
    this.#bytesWritten += bytesWritten;
    if (error === undefined) this.#clean += 1;
    else increment(this.#lost, error.code);
  }

  /** A look at each connection that is open. */
  stats(open: ReadonlySet<Counted>): ServerStats {
    let bytesRead = this.#bytesRead;
    let bytesWritten = this.#bytesWritten;
    for (const connection of open) {
      const totals = connection.totals();
      bytesRead += totals.bytesRead;
      bytesWritten += totals.bytesWritten;
    }
    return {
      accepted: this.accepted,
      open: open.size,
      clean: this.#clean,
      lost: byCode(this.#lost),
      refused: byCode(this.#refused),
      bytesRead,
      bytesWritten,
    };
  }
}

function increment(counts: Map<TransportErrorCode, number>, code: TransportErrorCode): void {
  counts.set(code, (counts.get(code) ?? 0) + 1);
}

function byCode(counts: ReadonlyMap<TransportErrorCode, number>): CountsByCode {
  return Object.fromEntries(counts);
}
