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
 * ```ts
 * const provider = new MeterProvider({ readers: [new PrometheusExporter({ port: 9464 })] });
 * metrics.setGlobalMeterProvider(provider);
 *
 * const instrumentation = instrument().subscribe();
 * // …
 * instrumentation.unsubscribe();
 * ```
 *
 * It listens to the diagnostics channels, so the code that is measured need not know of it. Subscribe before the first `bind` or `connect`:
 * connections that are open already are not counted. It costs some microseconds for each connection, and nothing for a byte.
 *
 * It never emits, and neither errs nor completes. What the metrics and their attributes are stands in docs/observability.md.
 *
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
