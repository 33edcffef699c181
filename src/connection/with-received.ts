import type { Observable } from 'rxjs';
import type { Connection } from './connection.ts';
import { pullIterator } from './pull-iterator.ts';

/** The same connection with another inbound stream; everything else goes to the original. */
export function withReceived<In, Out, Seen>(
  connection: Connection<In, Out>,
  received: Observable<Seen>,
): Connection<Seen, Out> {
  return {
    id: connection.id,
    local: connection.local,
    remote: connection.remote,
    received,
    send: (values) => connection.send(values),
    write: (value) => connection.write(value),
    congested: connection.congested,
    hold: () => connection.hold(),
    draining: connection.draining,
    traffic: connection.traffic,
    closed: connection.closed,
    end: () => {
      connection.end();
    },
    close: () => connection.close(),
    abort: (reason) => {
      connection.abort(reason);
    },
    [Symbol.asyncIterator]() {
      return pullIterator(this);
    },
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}
