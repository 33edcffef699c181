import type { Meter } from '@opentelemetry/api';
import { defer, type Observable } from 'rxjs';
import { fromDiagnostics } from '../transport/from-diagnostics.ts';
import { errorType, networkType, serverAttributes, tlsAttributes } from './attributes.ts';
import { workDurations } from './work-durations.ts';

// Those of durations in the semantic conventions.
export const SHORT_TIMES: number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

/** How long dials take. One that nobody waited for any more has no duration: it has neither succeeded nor failed. */
export function connectMetrics(meter: Meter): Observable<unknown> {
  return defer(() => {
    const duration = meter.createHistogram('rxjs_net.connect.duration', {
      description: 'How long dials took, with resolving and TLS; those that failed have an error.type.',
      unit: 's',
      advice: { explicitBucketBoundaries: SHORT_TIMES },
    });
    return workDurations({
      starts: fromDiagnostics('rxjs-net:connect:start'),
      ends: fromDiagnostics('rxjs-net:connect:end'),
      begunOf: ({ attempt }) => attempt,
      record: (seconds, { attempt, connection, error }) => {
        if (connection === undefined && error === undefined) return;
        duration.record(seconds, {
          ...serverAttributes(attempt.endpoint),
          ...(connection === undefined
            ? errorType(error)
            : { ...networkType(connection.local), ...tlsAttributes(connection.tls) }),
        });
      },
    });
  });
}
