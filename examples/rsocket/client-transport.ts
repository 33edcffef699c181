import type { ClientTransport } from 'rsocket-core';
import { asyncScheduler, mergeMap, subscribeOn, Subscription, type Observable } from 'rxjs';
import { framed, type Connection, type FrameLimit } from 'rxjs-net';
import { FrameConnection } from './frame-connection.ts';
import { rsocketFrames } from './frames.ts';

/**
 * Dials once for each `connect` of an RSocketConnector.
 *
 * @param dial - such as `connect('tls://rpc.example:7443')`, or `connect('unix:/run/rpc.sock')`
 */
export function clientTransport(dial: Observable<Connection>, limit: FrameLimit = {}): ClientTransport {
  return {
    connect: (streams) =>
      new Promise((resolve, reject) => {
        const lifetime = new Subscription();
        const conversation = dial.pipe(
          framed(rsocketFrames(limit)),
          mergeMap((connection) => {
            const duplex = new FrameConnection(connection, streams);
            duplex.onClose(() => {
              lifetime.unsubscribe();
            });
            resolve(duplex);
            // Not before rsocket-core, which awaits this promise, has said what the frames are for.
            return duplex.handle(connection.received.pipe(subscribeOn(asyncScheduler)));
          }),
        );
        lifetime.add(conversation.subscribe({ error: reject }));
      }),
  };
}
