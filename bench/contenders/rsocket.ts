import { connect, Server, type Socket } from 'node:net';
import { RSocketConnector, RSocketServer, type Payload, type RSocket } from 'rsocket-core';
import { TcpClientTransport } from 'rsocket-tcp-client';
import { TcpServerTransport } from 'rsocket-tcp-server';
import type { Contender, Dialled, OnMessage, Service } from './contender.ts';
import { portOf } from './local-sockets.ts';

// The most that the protocol can grant: the flow control of TCP alone holds the sender back, as with everybody else.
const ALL = 0x7fffffff;

/**
 * One channel per connection: a frame per message and no state of its own, which is faster than a fire-and-forget or a
 * request/response stream per message.
 */
export const rsocket: Contender = {
  async listen(service) {
    const listener = new Server();
    const server = new RSocketServer({
      transport: new TcpServerTransport({
        listenOptions: { host: '127.0.0.1', port: 0 },
        socketCreator: () => listener,
      }),
      acceptor: { accept: () => Promise.resolve({ requestChannel: channelFor(service) }) },
    });
    await server.bind();
    return portOf(listener);
  },
  async dial(port, _kind, onMessage) {
    let socket: Socket | undefined;
    const connector = new RSocketConnector({
      transport: new TcpClientTransport({
        connectionOptions: { host: '127.0.0.1', port },
        // The only way to see the back-pressure: the library itself does not look at what write() returns.
        socketCreator: (options) => (socket = connect(options)),
      }),
    });
    const peer = await connector.connect();
    if (socket === undefined) throw new Error('rsocket made no socket');
    return new ChannelConnection(socket, peer, onMessage);
  },
};

function channelFor(service: Service): RSocket['requestChannel'] {
  return (first, _initialRequestN, _isCompleted, responder) => {
    const onNext =
      service.kind === 'sink'
        ? ({ data }: Payload): void => {
            if (data) service.onMessage(data);
          }
        : (payload: Payload): void => {
            responder.onNext(payload, false);
          };
    responder.request(ALL);
    onNext(first);
    return { ...ignored, onNext };
  };
}

const ignored = {
  onError: (): void => undefined,
  onComplete: (): void => undefined,
  onExtension: (): void => undefined,
  request: (): void => undefined,
  cancel: (): void => undefined,
};

class ChannelConnection implements Dialled {
  readonly #socket: Socket;
  readonly #peer: RSocket;
  readonly #onMessage: OnMessage;
  #channel: ReturnType<RSocket['requestChannel']> | undefined;

  constructor(socket: Socket, peer: RSocket, onMessage: OnMessage) {
    this.#socket = socket;
    this.#peer = peer;
    this.#onMessage = onMessage;
  }

  send(message: Uint8Array): void {
    const payload = { data: message as Buffer };
    if (this.#channel !== undefined) {
      this.#channel.onNext(payload, false);
      return;
    }
    // A channel is opened by its first message.
    this.#channel = this.#peer.requestChannel(payload, ALL, false, {
      ...ignored,
      onNext: ({ data }) => {
        if (data) this.#onMessage(data);
      },
    });
  }

  endTurn(): boolean {
    return !this.#socket.writableNeedDrain;
  }

  whenWritable(goOn: () => void): void {
    this.#socket.once('drain', goOn);
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.once('close', () => {
        resolve();
      });
      this.#peer.close();
    });
  }
}
