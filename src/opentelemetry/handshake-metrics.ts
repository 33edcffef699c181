import type { Meter } from '@opentelemetry/api';
import { defer, type Observable } from 'rxjs';
import { fromDiagnostics } from '../transport/from-diagnostics.ts';
import { errorType, serverAttributes, tlsAttributes } from './attributes.ts';
import { SHORT_TIMES } from './connect-metrics.ts';
import { workDurations } from './work-durations.ts';

/** How long handshakes of TLS take, at both ends. */
export function handshakeMetrics(meter: Meter): Observable<unknown> {
  return defer(() => {
    const duration = meter.createHistogram('rxjs_net.tls.handshake.duration', {
      description: 'How long handshakes of TLS took; those that failed have an error.type.',
      unit: 's',
      advice: { explicitBucketBoundaries: SHORT_TIMES },
    });
    return workDurations({
      starts: fromDiagnostics('rxjs-net:handshake:start'),
      ends: fromDiagnostics('rxjs-net:handshake:end'),
      begunOf: ({ handshake }) => handshake,
      record: (seconds, { handshake, tls, error }) => {
        if (tls === undefined && error === undefined) return;
        duration.record(seconds, {
          ...serverAttributes(handshake.endpoint),
          ...(tls === undefined ? errorType(error) : tlsAttributes(tls)),
          'rxjs_net.connection.role': handshake.role,
        });
      },
    });
  });
}
