import type { Observable } from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import type { EndpointParts } from '../endpoint/endpoint.ts';
import { formatEndpoint } from '../endpoint/format-endpoint.ts';
import { tellOf } from './tell-of.ts';
import { connectEnded, connectStarted, type ConnectAttempt } from './transport-channels.ts';

/** Tells the diagnostics channels of a dial. */
export function tellOfDial<C extends Connection>(dial: Observable<C>, target: EndpointParts): Observable<C> {
  return tellOf(dial, {
    started: connectStarted,
    ended: connectEnded,
    begin: (): ConnectAttempt => ({ endpoint: formatEndpoint(target) }),
    end: (attempt, { value, ...failure }) =>
      value === undefined ? { attempt, ...failure } : { attempt, connection: value },
    release: (connection) => void connection.close(),
  });
}
