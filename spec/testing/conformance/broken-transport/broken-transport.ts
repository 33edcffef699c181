import { map, mergeMap, type Observable } from 'rxjs';
import { pullIterator } from '../../../../src/connection/pull-iterator.ts';
import type { BindOptions, Connection, ConnectOptions, Server, Transport } from '../../../../src/index.ts';
import type { Fault } from './fault.ts';
import { overlaid } from './overlaid.ts';

/** A transport that does all as another does, but for its fault. */
export function brokenTransport(sound: Transport, fault: Fault): Transport {
  const { bindOptions = same, connectOptions = same } = fault;
  const transport = overlaid(sound, fault.transport?.(sound) ?? {});
  const bind = (options: BindOptions = {}): Observable<Server> =>
    transport.bind(bindOptions(options)).pipe(map((server) => brokenServer(server, fault, options)));
  return {
    get endpoint() {
      return transport.endpoint;
    },
    bind,
    listen: (options) => bind(options).pipe(mergeMap(({ connections }) => connections)),
    connect: (endpoint, options = {}) =>
      transport
        .connect(endpoint, connectOptions(options))
        .pipe(map((connection) => brokenConnection(connection, fault, options))),
    close: () => transport.close(),
  };
}

function brokenServer(server: Server, fault: Fault, options: BindOptions): Server {
  const damage = fault.server?.(server) ?? {};
  // Whoever subscribes to the connections is told of the same ones.
  const known = new WeakMap<Connection, Connection>();
  const broken = (connection: Connection): Connection => {
    const damaged = known.get(connection) ?? brokenConnection(connection, fault, options);
    known.set(connection, damaged);
    return damaged;
  };
  const { connections, open } = overlaid(server, damage);
  return overlaid(server, {
    ...damage,
    connections: connections.pipe(map(broken)),
    open: open.pipe(map((those) => new Set([...those].map(broken)))),
  });
}

function brokenConnection(
  connection: Connection,
  fault: Fault,
  options: BindOptions | ConnectOptions,
): Connection {
  const damage = fault.connection?.(connection, options) ?? {};
  const isRead = 'received' in damage || 'hold' in damage;
  const isWritten = 'write' in damage || 'send' in damage;
  const hidden = [...(isRead ? ['readBy'] : []), ...(isWritten ? ['byteChannel'] : [])];
  const pulled: Partial<Connection> = { [Symbol.asyncIterator]: () => pullIterator(broken) };
  const broken = overlaid(connection, { ...(isRead ? pulled : {}), ...damage }, hidden);
  return broken;
}

function same<T>(value: T): T {
  return value;
}
