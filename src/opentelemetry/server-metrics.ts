import { ValueType, type Meter } from '@opentelemetry/api';
import { defer, merge, tap, type Observable } from 'rxjs';
import { fromDiagnostics } from '../transport/from-diagnostics.ts';
import { errorType, peerAddress, serverAttributes } from './attributes.ts';

/** Counts who was not let in, and drains. */
export function serverMetrics(meter: Meter, options: { readonly peerAddress: boolean }): Observable<unknown> {
  return defer(() => {
    const refused = meter.createCounter('rxjs_net.server.refused', {
      description: 'Connections that were not let in, by their error.type.',
      unit: '{connection}',
      valueType: ValueType.INT,
    });
    const drains = meter.createCounter('rxjs_net.server.drains', {
      description: 'Servers that have begun to drain.',
      unit: '{drain}',
      valueType: ValueType.INT,
    });
    return merge(
      fromDiagnostics('rxjs-net:server:refuse').pipe(
        tap(({ server, refusal: { remote, error } }) => {
          const peer = options.peerAddress && remote !== undefined ? peerAddress({ remote }) : {};
          refused.add(1, { ...serverAttributes(server.endpoint), ...peer, ...errorType(error) });
        }),
      ),
      fromDiagnostics('rxjs-net:server:drain').pipe(
        tap(({ server }) => {
          drains.add(1, serverAttributes(server.endpoint));
        }),
      ),
    );
  });
}
