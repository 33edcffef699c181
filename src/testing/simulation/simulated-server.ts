import { EventEmitter } from 'node:events';
import type { ServerOpts } from 'node:net';
import { SimulatedSocket, systemError, type SocketAddresses, type SocketHost } from './simulated-socket.ts';
import type { TcpEnd } from './tcp-end.ts';

/** Whoever waits at a port for connections. */
export interface Listener {
  readonly isWildcard: boolean;
  readonly keepAliveDelay: number | undefined;
  /** The handshake is done. */
  accept(end: TcpEnd, addresses: SocketAddresses): void;
}

/** The ports of a host, and where its sockets run. */
export interface ListeningHost extends SocketHost {
  /** Takes a port, 0 for any that is free. @throws what bind(2) would say */
  bindPort(address: string, port: number, listener: Listener): number;
  releasePort(port: number, listener: Listener): void;
}

interface ListenOptions {
  readonly host?: string;
  readonly port?: number;
}

/** What of a `net.Server` this library uses. */
export class SimulatedServer extends EventEmitter implements Listener {
  maxConnections: number | undefined;
  listening = false;
  readonly keepAliveDelay: number | undefined;

  readonly #host: ListeningHost;
  #address: { readonly address: string; readonly port: number } | undefined;
  #connections = 0;
  #closing = false;

  constructor(host: ListeningHost, options: ServerOpts) {
    super();
    this.#host = host;
    this.keepAliveDelay = options.keepAlive === true ? (options.keepAliveInitialDelay ?? 0) : undefined;
  }

  get isWildcard(): boolean {
    return this.#address?.address === '0.0.0.0' || this.#address?.address === '::';
  }

  listen({ host = '0.0.0.0', port = 0 }: ListenOptions): this {
    this.#soon(() => {
      if (this.#closing) return;
      try {
        this.#address = { address: host, port };
        this.#address = { address: host, port: this.#host.bindPort(host, port, this) };
        this.listening = true;
        this.emit('listening');
      } catch (error) {
        this.emit('error', error);
      }
    });
    return this;
  }

  address(): { readonly address: string; readonly port: number } | null {
    return this.listening ? (this.#address ?? null) : null;
  }

  close(): this {
    if (this.#closing) return this;
    this.#closing = true;
    if (this.listening && this.#address !== undefined) this.#host.releasePort(this.#address.port, this);
    this.listening = false;
    this.#tellWhenClosed();
    return this;
  }

  accept(end: TcpEnd, addresses: SocketAddresses): void {
    if (this.#closing) {
      end.reset();
      return;
    }
    if (this.maxConnections !== undefined && this.#connections >= this.maxConnections) {
      end.close();
      this.emit('drop', addresses);
      return;
    }
    const socket = new SimulatedSocket(this.#host);
    socket.attach(end, addresses);
    this.#connections += 1;
    socket.once('close', () => {
      this.#connections -= 1;
      if (this.#closing) this.#tellWhenClosed();
    });
    this.emit('connection', socket);
  }

  #tellWhenClosed(): void {
    this.#soon(() => {
      if (this.#connections === 0) this.emit('close');
    });
  }

  #soon(task: () => void): void {
    this.#host.loop.nextTick(task, undefined);
  }
}

/** What bind(2) says of a port that is taken. */
export function addressInUse(address: string, port: number): Error {
  return systemError('EADDRINUSE', 'listen', { address, port });
}
