import type { Endpoint } from '../endpoint/endpoint.ts';
import { connectionClosed, connectionOpened, type ConnectionOpened } from './connection-channels.ts';
import type { CloseSummary, Connection } from './connection.ts';
import type { ConnectionRole } from './half-close.ts';

/** A connection whose bytes are counted. */
interface Counted extends Connection {
  totals(): Pick<CloseSummary, 'bytesRead' | 'bytesWritten' | 'bytesDiscarded'>;
}

/** What its messages say of it besides. */
interface Described {
  readonly role: ConnectionRole;
  readonly endpoint?: Endpoint;
}

/** Tells the diagnostics channel that a connection is there, if anybody listens. */
export function tellOpened(connection: Counted, described: Described): void {
  if (!connectionOpened.hasSubscribers) return;
  const totals: ConnectionOpened['totals'] = () => {
    const { bytesRead, bytesWritten, bytesDiscarded } = connection.totals();
    return { bytesRead, bytesWritten, bytesWaiting: bytesDiscarded };
  };
  connectionOpened.publish({ ...toldOf(connection, described), totals });
}

/** Tells the diagnostics channel that a connection is released, if anybody listens. */
export function tellClosed(connection: Connection, described: Described, summary: () => CloseSummary): void {
  if (!connectionClosed.hasSubscribers) return;
  connectionClosed.publish({ ...toldOf(connection, described), summary: summary() });
}

function toldOf(connection: Connection, { role, endpoint }: Described): Omit<ConnectionOpened, 'totals'> {
  const { local, remote } = connection;
  return { connection, role, endpoint: endpoint ?? (role === 'accepted' ? local : remote) };
}
