import type { Closeable, Frame, ServerTransport } from 'rsocket-core';
import { concat, defer, EMPTY, ignoreElements, mergeMap, Subscription, take, type Observable } from 'rxjs';
import { firstByteTimeout, framed, serve, type Connection, type FrameLimit, type Server } from 'rxjs-net';
import { FrameConnection } from './frame-connection.ts';
import { rsocketFrames } from './frames.ts';

type Accept = Parameters<ServerTransport['bind']>[0];
type StreamsFor = Parameters<ServerTransport['bind']>[1];

/**
 * Binds once for each `bind` of an RSocketServer. To close is to close every connection after what was written; `onClose`
 * calls when nothing is left of them.
 *
 * @param listener - such as `bind('127.0.0.1:7000')`, or `bind('unix:/run/rpc.sock')`
 */
export function serverTransport(listener: Observable<Server>, limit: FrameLimit = {}): ServerTransport {
  return {
    bind: (accept, streamsFor) =>
      new Promise((resolve, reject) => {
        const lifetime = new Subscription();
        const served = listener.pipe(
          mergeMap((server) => {
            resolve(closeable(server, lifetime));
            return server.connections.pipe(
              firstByteTimeout(),
              framed(rsocketFrames(limit)),
              // rsocket-core cannot tell its peer to go elsewhere: a drain waits for the clients.
              serve((connection) => converse(connection, accept, streamsFor), { completeOnDrain: false }),
            );
          }),
        );
        lifetime.add(served.subscribe({ error: reject }));
      }),
  };
}

function closeable(server: Server, lifetime: Subscription): Closeable {
  return {
    close: () => {
      lifetime.unsubscribe();
    },
    onClose: (callback) => {
      server.closed.subscribe({
        next: ({ error }) => {
          callback(error);
        },
        error: callback,
      });
    },
  };
}

/** The first frame says what kind of conversation it is. What follows is read when that is accepted. */
function converse(
  connection: Connection<Frame, Frame>,
  accept: Accept,
  streamsFor: StreamsFor,
): Observable<never> {
  return connection.received.pipe(
    take(1),
    mergeMap((first) => {
      const duplex = new FrameConnection(connection, (outbound) => streamsFor(first, outbound));
      // It was refused, with an ERROR that says why.
      if (duplex.done) return EMPTY;
      const accepted = defer(() => accept(first, duplex)).pipe(ignoreElements());
      return concat(accepted, duplex.handle(connection.received));
    }),
  );
}
