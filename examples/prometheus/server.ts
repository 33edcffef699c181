/**
 * A server that says everything back, and a page with its metrics for Prometheus.
 *
 *   npx tsx examples/prometheus/server.ts                       listens on 127.0.0.1:7000, metrics on port 9464
 *   nc 127.0.0.1 7000                                           type something, and see it come back
 *   curl http://127.0.0.1:9464/metrics                          and see it counted
 *   Ctrl-C, or kill -TERM                                       drains, and exits
 *
 * Another endpoint and another port for the page may follow the file. The server itself knows nothing of its metrics: it is
 * `instrument` that listens to the channels of the library.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { concat, ignoreElements, merge, Observable, switchMap, using } from 'rxjs';
import { bind, serve } from 'rxjs-net';
import { instrument } from 'rxjs-net/opentelemetry';
import { fail } from '../fail.ts';
import { stopSignal } from '../stop-signal.ts';

const [endpoint = '127.0.0.1:7000', port = '9464'] = process.argv.slice(2);

// Its own server would not tell which port it got.
const exporter = new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true });
const provider = new MeterProvider({ readers: [exporter] });

/** The page, as long as it is subscribed. Emits where it is. */
const page = new Observable<string>((subscriber) => {
  const http = createServer((request, response) => {
    exporter.getMetricsRequestHandler(request, response);
  });
  subscriber.add(() => {
    http.close();
    http.closeAllConnections();
  });
  http.on('error', (error) => {
    subscriber.error(error);
  });
  http.listen(Number(port), '127.0.0.1', () => {
    subscriber.next(`http://127.0.0.1:${String((http.address() as AddressInfo).port)}/metrics`);
  });
});

const echo = bind(endpoint, { until: stopSignal, gracePeriod: 5_000 }).pipe(
  switchMap((server) => {
    console.log(`listening on ${server.endpoint}`);
    const served = server.connections.pipe(serve(({ received }) => received));
    return concat(served.pipe(ignoreElements()), server.closed);
  }),
);

// Measured from before the first connection until after the last.
using(
  () =>
    merge(instrument({ meter: provider.getMeter('rxjs-net') }), page).subscribe({
      next: (url) => {
        console.log(`metrics on ${url}`);
      },
      error: fail,
    }),
  () => echo,
).subscribe({
  next: ({ drained, forced, lost }) => {
    console.log(`stopped: ${drained} drained, ${forced} forced, ${lost} lost`);
  },
  error: fail,
});
