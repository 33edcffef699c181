import type { ProxiedConnection } from '../testing/fault-proxy/proxied-connection.ts';
import { formatBytes, formatTime } from './format-quantity.ts';

/** What a table shows, at one moment. */
export interface TableContent {
  readonly connections: Iterable<ProxiedConnection>;
  /** In milliseconds of the same clock as `ProxiedConnection.openedAt`. */
  readonly now: number;
  /** How many lines it may have, and how long each may be. */
  readonly rows: number;
  readonly columns: number;
  /** Stands below the connections. */
  readonly footer: string;
}

/** Bytes that had passed by connection, up and down. */
type Passed = ReadonlyMap<string, readonly [up: number, down: number]>;

const HEAD = ['#', 'client', 'age', 'state', 'up', 'up/s', 'down', 'down/s', 'in transit'];
// The head, the line that counts the rest, and the footer.
const FRAME = 3;

/**
 * Makes tables of connections, one after the other: each knows the one before, so it can tell rates.
 *
 * ```text
 *   #  client           age     state      up    up/s    down    down/s  in transit
 *   1  127.0.0.1:50312  12.3 s  open  1.20 MB  120 kB/s  340 B     0 B/s     64.0 kB
 *   1 open, 3 closed, 0 lost
 * ```
 */
export function connectionTables(): (content: TableContent) => readonly string[] {
  let before: Passed = new Map();
  let then = -Infinity;
  return ({ connections, now, rows, columns, footer }) => {
    const all = [...connections];
    const seconds = (now - then) / 1000;
    const rate = (passed: number, earlier: number | undefined): string =>
      earlier === undefined || seconds <= 0 ? '' : `${formatBytes((passed - earlier) / seconds)}/s`;
    const most = Math.max(0, rows - FRAME);
    const lines = all.slice(0, most).map((connection) => {
      const { id, client, openedAt, state, upstream, downstream } = connection;
      const [up, down] = before.get(id) ?? [];
      return [
        ...[id, client, formatTime(now - openedAt), state],
        ...[formatBytes(upstream.bytesPassed), rate(upstream.bytesPassed, up)],
        ...[formatBytes(downstream.bytesPassed), rate(downstream.bytesPassed, down)],
        formatBytes(upstream.bytesInTransit + downstream.bytesInTransit),
      ];
    });
    then = now;
    before = new Map(
      all.map(({ id, upstream, downstream }) => [id, [upstream.bytesPassed, downstream.bytesPassed]]),
    );
    const more = all.length > most ? [`… and ${all.length - most} more`] : [];
    // A line that wraps would be two when the next table takes its place.
    return [...(all.length > 0 ? aligned([HEAD, ...lines]) : []), ...more, footer].map((line) =>
      line.slice(0, columns),
    );
  };
}

function aligned(table: readonly (readonly string[])[]): readonly string[] {
  const widths = HEAD.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        // Text to the left, numbers to the right.
        return column === 1 || column === 3 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  '),
  );
}
