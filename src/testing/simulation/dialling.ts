import type { NetConnectOpts } from 'node:net';
import { Subscription } from 'rxjs';
import { SimulatedSocket, systemError, type SocketHost } from './simulated-socket.ts';
import type { TcpEnd } from './tcp-end.ts';

/** One attempt to connect, as the network sees it: its SYN may come more than once. */
export interface Attempt {
  readonly address: string;
  readonly port: number;
  readonly localPort: number;
  readonly keepAliveDelay: number | undefined;
  /** The listening end that it has reached, if it has. */
  reached: TcpEnd | undefined;
  /** Nobody waits for it any more. */
  isOver(): boolean;
  connected(end: TcpEnd): void;
  refused(): void;
}

/** The host that is dialled from. */
export interface DiallingHost extends SocketHost {
  readonly address: string;
  readonly isUp: boolean;
  /** @throws what getaddrinfo(3) would say */
  resolve(host: string): string;
  takePort(): number;
  givePort(port: number): void;
  sendSyn(attempt: Attempt): void;
  after(milliseconds: number, task: () => void): Subscription;
}

// Linux: net.ipv4.tcp_syn_retries is 6, the first of them after a second, and each wait twice the one before (tcp(7)).
const SYN_RETRIES = 6;
const FIRST_RETRY = 1000;

/** A socket that connects as `net.connect` makes it: resolves, says so by 'lookup', and dials. */
export function dialFrom(host: DiallingHost, options: NetConnectOpts): SimulatedSocket {
  const socket = new SimulatedSocket(host);
  if (!('port' in options))
    throw systemError('ENOTSUP', 'connect', { detail: 'a simulated network has no Unix sockets' });
  const { host: name = 'localhost', port } = options;
  const fail = (error: Error): void => {
    socket.destroy(error);
  };
  const dial = (address: string): void => {
    const localPort = host.takePort();
    let retry = Subscription.EMPTY;
    socket.once('close', () => {
      retry.unsubscribe();
      host.givePort(localPort);
      if (socket.remotePort !== undefined) return;
      // A kernel forgets a handshake that nobody finishes.
      attempt.reached?.peer?.vanish();
      attempt.reached?.vanish();
    });
    const attempt: Attempt = {
      address,
      port,
      localPort,
      keepAliveDelay: options.keepAlive === true ? (options.keepAliveInitialDelay ?? 0) : undefined,
      reached: undefined,
      isOver: () => socket.destroyed || socket.remotePort !== undefined,
      connected: (end) => {
        retry.unsubscribe();
        socket.attach(end, {
          localAddress: host.address,
          localPort,
          remoteAddress: address,
          remotePort: port,
        });
        socket.emit('connect');
      },
      refused: () => {
        fail(systemError('ECONNREFUSED', 'connect', { address, port }));
      },
    };
    const send = (retries: number, wait: number): void => {
      if (attempt.isOver()) return;
      if (retries < 0) {
        fail(systemError('ETIMEDOUT', 'connect', { address, port }));
        return;
      }
      host.sendSyn(attempt);
      retry = host.after(wait, () => {
        send(retries - 1, 2 * wait);
      });
    };
    send(SYN_RETRIES, FIRST_RETRY);
  };
  host.loop.nextTick(() => {
    if (socket.destroyed) return;
    if (!host.isUp) {
      fail(systemError('ENETDOWN', 'connect', { address: name, port }));
      return;
    }
    let isResolved = false;
    try {
      const address = host.resolve(name);
      isResolved = true;
      socket.emit('lookup', null, address, 4, name);
      dial(address);
    } catch (error) {
      if (!isResolved) socket.emit('lookup', error);
      fail(error as Error);
    }
  }, undefined);
  return socket;
}
