import 'reflect-metadata';
import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { ClientTCP, ServerTCP } from '@nestjs/microservices';
import type { Contender, Dialled, OnMessage, Service } from './contender.ts';
import { portOf } from './local-sockets.ts';

/**
 * NestJS' TCP transport without an application around it: its handlers are called straight away, with no pipes, guards or
 * interceptors. One-way messages are events, echoes are requests.
 */
export const nest: Contender = {
  async listen(service) {
    const server = new ServerTCP({ host: '127.0.0.1', port: 0 });
    handle(server, service);
    await new Promise((resolve) => {
      server.listen(resolve);
    });
    return portOf(server.unwrap<Server>());
  },
  async dial(port, kind, onMessage) {
    const client = new ClientTCP({ host: '127.0.0.1', port });
    await client.connect();
    return new NestConnection(client, kind, onMessage);
  },
};

function handle(server: ServerTCP, service: Service): void {
  if (service.kind === 'echo') {
    server.addHandler('echo', (message: unknown) => Promise.resolve(message));
    return;
  }
  const onEvent = (message: string): Promise<void> => {
    service.onMessage(message);
    return Promise.resolve();
  };
  server.addHandler('sink', onEvent, true);
}

class NestConnection implements Dialled {
  readonly #client: ClientTCP;
  readonly #kind: Service['kind'];
  readonly #onMessage: OnMessage;
  // It sends JSON, so its messages are text; that they are kept as text saves it a conversion for each.
  readonly #texts = new WeakMap<Uint8Array, string>();

  constructor(client: ClientTCP, kind: Service['kind'], onMessage: OnMessage) {
    this.#client = client;
    this.#kind = kind;
    this.#onMessage = onMessage;
  }

  send(message: Uint8Array): void {
    const text = this.#textOf(message);
    if (this.#kind === 'echo')
      this.#client.send<string>('echo', text).subscribe((echo) => {
        this.#onMessage(echo);
      });
    // It is sent at once: an event is no cold Observable.
    else void this.#client.emit('sink', text);
  }

  endTurn(): boolean {
    return !this.#socket.writableNeedDrain;
  }

  whenWritable(goOn: () => void): void {
    this.#socket.once('drain', goOn);
  }

  async close(): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#client.close();
    await closed;
  }

  get #socket(): Socket {
    return this.#client.unwrap<Socket>();
  }

  #textOf(message: Uint8Array): string {
    let text = this.#texts.get(message);
    if (text === undefined) this.#texts.set(message, (text = Buffer.from(message).toString('latin1')));
    return text;
  }
}
