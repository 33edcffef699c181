import { defer, finalize, map, NEVER, ReplaySubject, type Observable } from 'rxjs';
import type { Server, ShutdownSummary, Transport } from '../../../../src/index.ts';
import type { Faults } from './fault.ts';
import { overlaid } from './overlaid.ts';
import { neverStopped } from './stopping.ts';

const NOTHING_LOST: ShutdownSummary = { drained: 0, forced: 0, lost: 0, refused: 0, bytesDiscarded: 0 };

/** How a server or a connection ends, and who is told. */
export const closingFaults: Faults = {
  'forgets closed': {
    connection: () => ({ closed: NEVER }),
  },
  'closes late, because it ignores closeTimeout': {
    bindOptions: (options) => ({ ...options, closeTimeout: Infinity }),
    connectOptions: (options) => ({ ...options, closeTimeout: Infinity }),
  },
  'loses what was written before the end': {
    connection: (connection) => ({
      end: () => {
        connection.abort();
      },
    }),
  },
  'takes abort for end': {
    connection: (connection) => ({
      abort: () => {
        connection.end();
      },
    }),
  },
  'knows no half-open connection': {
    bindOptions: (options) => ({ ...options, allowHalfOpen: false }),
  },
  'does not end with its peer': {
    connectOptions: (options) => ({ allowHalfOpen: true, ...options }),
  },
  'does not drain': {
    bindOptions: (options) => ({ ...options, until: undefined }),
  },
  'says that the server is closed, and goes on listening': {
    transport: (transport) => ({ bind: (options) => listeningOn(transport.bind(options)) }),
  },
  'does not wait in close': {
    transport: (transport) => ({
      close: () => {
        void transport.close();
        return Promise.resolve();
      },
    }),
  },
  'can be closed only once': {
    transport: closedOnce,
  },
};

function listeningOn(bind: Observable<Server>): Observable<Server> {
  return defer(() => {
    const stopped = new ReplaySubject<ShutdownSummary>();
    return neverStopped(bind).pipe(
      map((server) => overlaid(server, { closed: stopped })),
      finalize(() => {
        stopped.next(NOTHING_LOST);
        stopped.complete();
      }),
    );
  });
}

/** As a `net.Server` does, to which a second time is an error. */
function closedOnce(transport: Transport): Partial<Transport> {
  let isClosed = false;
  return {
    close: () => {
      if (isClosed) return Promise.reject(new Error('ERR_SERVER_NOT_RUNNING'));
      isClosed = true;
      return transport.close();
    },
  };
}
