import { metrics, trace } from '@opentelemetry/api';
import { defer, ignoreElements, merge, type Observable } from 'rxjs';
import { connectMetrics } from './connect-metrics.ts';
import { connectSpans } from './connect-spans.ts';
import { connectionMetrics } from './connection-metrics.ts';
import { handshakeMetrics } from './handshake-metrics.ts';
import type { InstrumentOptions } from './instrument-options.ts';
import { serverMetrics } from './server-metrics.ts';

// By its name a view, or a sampler, can tell what is ours.
const SCOPE = 'rxjs-net';

/**
 * Metrics of every connection and server of this process, and a span for each dial, as long as it is subscribed.
 *
 * ```text
 * connections of this process     a------b---a'---c---b'
 * instrument()                    ----------------------!
 * rxjs_net.connection.active      1------2---1----2---1      whenever a reader collects
 * ```
 *
 * It listens to the diagnostics channels, so the code that is measured need not know of it. Subscribe before the first `bind` or `connect`:
 * connections that are open already are not counted. It costs some 100 µs for each connection, with the SDK, and nothing for a byte.
 *
 * It never emits nor completes, and errs only with what a meter or a tracer throws, which the specification forbids them. What the metrics
 * and their attributes are stands in docs/observability.md.
 *
 * @example
 * ```ts
 * import { metrics } from '@opentelemetry/api';
 * import {
 *   AggregationTemporality,
 *   InMemoryMetricExporter,
 *   MeterProvider,
 *   PeriodicExportingMetricReader,
 * } from '@opentelemetry/sdk-metrics';
 * import { openConnection } from 'rxjs-net';
 * import { instrument } from 'rxjs-net/opentelemetry';
 *
 * const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
 * const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] });
 * metrics.setGlobalMeterProvider(provider);
 * const instrumentation = instrument().subscribe();
 *
 * const connection = await openConnection('127.0.0.1:7000');
 * await provider.forceFlush();
 * await connection.close();
 * instrumentation.unsubscribe();
 * await provider.shutdown();
 *
 * const names = exporter
 *   .getMetrics()
 *   .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
 *   .map(({ descriptor }) => descriptor.name);
 * console.log(names.includes('rxjs_net.connection.active')); // true
 * ```
 * @see The semantic conventions of OpenTelemetry
 * @public
 */
export function instrument(options: InstrumentOptions = {}): Observable<never> {
  return defer(() => {
    // Now, and not when this was called: a provider may have been set since.
    const { meter = metrics.getMeter(SCOPE), tracer = trace.getTracer(SCOPE), peerAddress = false } = options;
    return merge(
      connectionMetrics(meter, { peerAddress }),
      serverMetrics(meter, { peerAddress }),
      connectMetrics(meter),
      handshakeMetrics(meter),
      connectSpans(tracer),
    );
  }).pipe(ignoreElements());
}
