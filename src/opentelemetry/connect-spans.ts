import { SpanKind, SpanStatusCode, type Span, type Tracer } from '@opentelemetry/api';
import { defer, finalize, merge, tap, type Observable } from 'rxjs';
import { fromDiagnostics } from '../transport/from-diagnostics.ts';
import type { ConnectAttempt, ConnectEnded } from '../transport/transport-channels.ts';
import { errorType, networkType, peerAttributes, serverAttributes, tlsAttributes } from './attributes.ts';

/** A span for each dial, below the one that is active where `connect` is subscribed. */
export function connectSpans(tracer: Tracer): Observable<unknown> {
  return defer(() => {
    const spans = new Map<ConnectAttempt, Span>();
    const starts = fromDiagnostics('rxjs-net:connect:start').pipe(
      tap((attempt) => {
        const attributes = serverAttributes(attempt.endpoint);
        spans.set(attempt, tracer.startSpan('connect', { kind: SpanKind.CLIENT, attributes }));
      }),
    );
    const ends = fromDiagnostics('rxjs-net:connect:end').pipe(
      tap((ended) => {
        const span = spans.get(ended.attempt);
        spans.delete(ended.attempt);
        if (span !== undefined) end(span, ended);
      }),
    );
    return merge(starts, ends).pipe(
      finalize(() => {
        for (const span of spans.values()) span.end();
      }),
    );
  });
}

function end(span: Span, { connection, error }: ConnectEnded): void {
  if (connection !== undefined) {
    span.setAttributes({
      ...networkType(connection.local),
      ...peerAttributes(connection),
      ...tlsAttributes(connection.tls),
      'rxjs_net.connection.id': connection.id,
    });
  } else if (error === undefined) {
    span.addEvent('abandoned');
  } else {
    span.setAttributes(errorType(error));
    const exception = error instanceof Error ? error : new Error('the dial failed', { cause: error });
    span.recordException(exception);
    span.setStatus({ code: SpanStatusCode.ERROR, message: exception.message });
  }
  span.end();
}
