import { map, merge, mergeMap, of, type Observable } from 'rxjs';
import type { FaultProxy } from '../testing/fault-proxy/running-fault-proxy.ts';
import type { ProxiedConnection } from '../testing/fault-proxy/proxied-connection.ts';
import { formatBytes, formatTime } from './format-quantity.ts';
import { oneLine } from './one-line.ts';

/** What comes and goes, a line each: for a log, or a pipe. */
export function connectionLines(proxy: FaultProxy, now: () => number): Observable<string> {
  return proxy.connections.pipe(
    mergeMap((connection) =>
      merge(
        of(`#${connection.id} ${connection.client}: accepted`),
        connection.closed.pipe(map(() => lastLine(connection, now()))),
      ),
    ),
  );
}

function lastLine(
  { id, client, state, error, openedAt, upstream, downstream }: ProxiedConnection,
  now: number,
): string {
  const passed = `${formatBytes(upstream.bytesPassed)} up, ${formatBytes(downstream.bytesPassed)} down`;
  const why = error === undefined ? '' : `; ${oneLine(error)}`;
  return `#${id} ${client}: ${state} after ${formatTime(now - openedAt)}; ${passed}${why}`;
}
