import type { Connection, MultiaddrConnection, Upgrader } from '@libp2p/interface';
import { defaultLogger } from '@libp2p/logger';
import { tcp } from '@libp2p/tcp';
import { multiaddr } from '@multiformats/multiaddr';
import type { Contender, Dialled, OnMessage, Service } from './contender.ts';
import { frameOf, PlainDecoder } from './plain-frames.ts';

const transport = tcp()({ logger: defaultLogger() });

/** The transport alone: no encryption and no multiplexer on top of it, and frames made by hand as those of `net`. */
export const libp2p: Contender = {
  listen: (service) =>
    listenTransport((connection) => {
      accept(connection, service);
    }),
  dial: async (port, _kind, onMessage) => new TransportConnection(await dialTransport(port), onMessage),
};

export async function listenTransport(
  onConnection: (connection: MultiaddrConnection) => void,
): Promise<number> {
  const listener = transport.createListener({ upgrader: passing(onConnection) });
  await listener.listen(multiaddr('/ip4/127.0.0.1/tcp/0'));
  return Number(listener.getAddrs()[0]?.toString().split('/').at(-1));
}

export async function dialTransport(port: number): Promise<MultiaddrConnection> {
  let dialled: MultiaddrConnection | undefined;
  const upgrader = passing((connection) => (dialled = connection));
  // Never aborted: the socket keeps listening to the signal after it is connected.
  const { signal } = new AbortController();
  await transport.dial(multiaddr(`/ip4/127.0.0.1/tcp/${port}`), { upgrader, signal });
  if (dialled === undefined) throw new Error('libp2p dialled nothing');
  return dialled;
}

/** An upgrader that upgrades nothing: it hands the transport's connection to us. */
function passing(use: (connection: MultiaddrConnection) => void): Upgrader {
  const upgradeInbound = (connection: MultiaddrConnection): Promise<void> => {
    use(connection);
    return Promise.resolve();
  };
  const upgradeOutbound = (connection: MultiaddrConnection): Promise<Connection> => {
    use(connection);
    return Promise.resolve(connection as unknown as Connection);
  };
  return { upgradeInbound, upgradeOutbound } as unknown as Upgrader;
}

function accept(connection: MultiaddrConnection, service: Service): void {
  read(
    connection,
    service.kind === 'sink'
      ? service.onMessage
      : (frame): void => {
          connection.send(frameOf(frame as Uint8Array));
        },
  );
}

function read(connection: MultiaddrConnection, onMessage: OnMessage): void {
  const decoder = new PlainDecoder();
  connection.addEventListener('message', ({ data }) => {
    const bytes = data.subarray();
    decoder.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), onMessage);
  });
}

class TransportConnection implements Dialled {
  readonly #connection: MultiaddrConnection;
  #room = true;

  constructor(connection: MultiaddrConnection, onMessage: OnMessage) {
    this.#connection = connection;
    read(connection, onMessage);
  }

  send(message: Uint8Array): void {
    this.#room = this.#connection.send(frameOf(message));
  }

  endTurn(): boolean {
    return this.#room;
  }

  whenWritable(goOn: () => void): void {
    // Not onDrain(): that needs Promise.withResolvers, which Node 20 has not.
    const onDrain = (): void => {
      // It sends what it has kept in a microtask of its own; only then there is room.
      queueMicrotask(() => {
        this.#room = true;
        goOn();
      });
    };
    this.#connection.addEventListener('drain', onDrain, { once: true });
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }
}
