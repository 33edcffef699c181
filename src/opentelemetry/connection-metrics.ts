import type { BatchObservableResult, Meter } from '@opentelemetry/api';
import { defer, finalize, merge, tap, type Observable } from 'rxjs';
import type { ConnectionOpened, ConnectionTotals } from '../connection/connection-channels.ts';
import type { Connection } from '../connection/connection.ts';
import { fromDiagnostics } from '../transport/from-diagnostics.ts';
import { connectionAttributes, kindOf, peerAddress } from './attributes.ts';
import { connectionInstruments } from './connection-instruments.ts';
import { observed } from './observed.ts';
import { AllSeries, type Series } from './series.ts';

interface Live {
  readonly series: Series;
  readonly totals: () => ConnectionTotals;
}

/**
 * Counts connections and their bytes. What a connection has carried is asked when the metrics are collected, and once when it
 * is closed: a byte costs nothing. The connections themselves are counted here until then, because an SDK makes a text of the attributes
 * each time that it is told something.
 */
export function connectionMetrics(
  meter: Meter,
  options: { readonly peerAddress: boolean },
): Observable<unknown> {
  return defer(() => {
    const all = new AllSeries();
    const live = new Map<Connection, Live>();
    const { opened, closed, duration, active, io, writeBuffer } = connectionInstruments(meter);
    const seriesOf = (message: ConnectionOpened): Series => {
      const { connection } = message;
      const peer = options.peerAddress ? peerAddress(connection) : {};
      const key = [kindOf(message), ...Object.values(peer)].join(' ');
      return all.of(key, () => ({ ...connectionAttributes(message), ...peer }));
    };
    const openings = fromDiagnostics('rxjs-net:connection:open').pipe(
      tap((message) => {
        const series = seriesOf(message);
        live.set(message.connection, { series, totals: message.totals });
        series.came();
      }),
    );
    const closings = fromDiagnostics('rxjs-net:connection:close').pipe(
      tap(({ connection, summary }) => {
        const series = live.get(connection)?.series;
        // It was open before anybody listened.
        if (series === undefined) return;
        live.delete(connection);
        duration.record(summary.duration / 1000, series.closed(summary));
      }),
    );
    const count = (): void => {
      for (const series of all)
        series.count(
          (came) => {
            opened.add(came, series.attributes);
          },
          (ended, attributes) => {
            closed.add(ended, attributes);
          },
        );
    };
    const observe = (result: BatchObservableResult): void => {
      count();
      for (const [series, { bytesRead, bytesWritten, bytesWaiting }] of sums(all, live.values())) {
        const { attributes } = series;
        result.observe(active, series.open, attributes);
        result.observe(io, bytesRead, { ...attributes, 'network.io.direction': 'receive' });
        result.observe(io, bytesWritten, { ...attributes, 'network.io.direction': 'transmit' });
        result.observe(writeBuffer, bytesWaiting, attributes);
      }
    };
    return merge(openings, closings, observed(meter, [active, io, writeBuffer], observe)).pipe(
      finalize(count),
    );
  });
}

/** What closed connections have carried, and open ones until now. */
function sums(all: Iterable<Series>, live: Iterable<Live>): ReadonlyMap<Series, ConnectionTotals> {
  const totals = new Map<Series, ConnectionTotals>();
  for (const series of all) {
    const { bytesRead, bytesWritten } = series;
    totals.set(series, { bytesRead, bytesWritten, bytesWaiting: 0 });
  }
  for (const one of live) {
    const sum = totals.get(one.series);
    if (sum !== undefined) totals.set(one.series, plus(sum, one.totals()));
  }
  return totals;
}

function plus(one: ConnectionTotals, other: ConnectionTotals): ConnectionTotals {
  return {
    bytesRead: one.bytesRead + other.bytesRead,
    bytesWritten: one.bytesWritten + other.bytesWritten,
    bytesWaiting: one.bytesWaiting + other.bytesWaiting,
  };
}
