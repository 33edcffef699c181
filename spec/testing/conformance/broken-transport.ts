import { catchError, concat, EMPTY, map, mergeMap, NEVER, of, Subscription, type Observable } from 'rxjs';
import type { BindOptions, Connection, ConnectOptions, Server, Transport } from '../../../src/index.ts';

/** How a transport that would be fine is broken. */
export interface Fault {
  readonly connection?: (connection: Connection) => Partial<Connection>;
  readonly bindOptions?: (options: BindOptions) => BindOptions;
  readonly connectOptions?: (options: ConnectOptions) => ConnectOptions;
  readonly close?: (transport: Transport) => Promise<void>;
}

/** Each is a mistake that somebody who writes a Transport could make. */
export const faults: Readonly<Record<string, Fault>> = {
  'loses the first byte of a large chunk': {
    connection: ({ received }) => ({
      received: received.pipe(map((chunk) => (chunk.length > 1_000 ? chunk.subarray(1) : chunk))),
    }),
  },
  'delivers a chunk twice': {
    connection: ({ received }) => ({ received: received.pipe(mergeMap((chunk) => of(chunk, chunk))) }),
  },
  'delivers a chunk out of order': {
    connection: ({ received }) => ({
      received: received.pipe(map((chunk) => (chunk.length > 1_000 ? Buffer.from(chunk).reverse() : chunk))),
    }),
  },
  'never completes received': {
    connection: ({ received }) => ({ received: concat(received, NEVER) }),
  },
  'completes received when the connection is lost': {
    connection: ({ received }) => ({ received: received.pipe(catchError(() => EMPTY)) }),
  },
  'ignores hold': {
    connection: () => ({ hold: () => new Subscription() }),
  },
  'never says that it is congested': {
    connection: ({ congested }) => ({ congested: congested.pipe(map(() => false)) }),
  },
  'sends at the subscription and once more': {
    connection: (connection) => ({
      send: (values) => concat(connection.send(values), connection.send(values)),
    }),
  },
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
  'knows no half-open connection': {
    bindOptions: (options) => ({ ...options, allowHalfOpen: false }),
  },
  'does not end with its peer': {
    connectOptions: (options) => ({ allowHalfOpen: true, ...options }),
  },
  'does not drain': {
    bindOptions: (options) => ({ ...options, until: undefined }),
  },
  'lets everybody in': {
    bindOptions: (options) => ({ ...options, accept: undefined, maxConnections: undefined }),
  },
  'does not wait in close': {
    close: (transport) => {
      void transport.close();
      return Promise.resolve();
    },
  },
};

/** A transport that does all as another does, but for its fault. */
export function brokenTransport(transport: Transport, fault: Fault): Transport {
  const { bindOptions = same, connectOptions = same } = fault;
  const damaged = (connection: Connection): Connection =>
    overlaid(connection, fault.connection?.(connection) ?? {});
  const bind = (options: BindOptions = {}): Observable<Server> =>
    transport
      .bind(bindOptions(options))
      .pipe(map((server) => overlaid(server, { connections: server.connections.pipe(map(damaged)) })));
  return {
    get endpoint() {
      return transport.endpoint;
    },
    bind,
    listen: (options) => bind(options).pipe(mergeMap(({ connections }) => connections)),
    connect: (endpoint, options = {}) =>
      transport.connect(endpoint, connectOptions(options)).pipe(map(damaged)),
    close: () => fault.close?.(transport) ?? transport.close(),
  };
}

function same<T>(value: T): T {
  return value;
}

/** The members of `upper`, and for what it has not, those of `lower`. */
function overlaid<T extends object>(lower: T, upper: Partial<T>): T {
  return new Proxy(lower, {
    get: (target, property) => {
      if (property in upper) return Reflect.get(upper, property) as unknown;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
