import type { Socket } from 'node:net';
import { firstValueFrom, Subscription, VirtualTimeScheduler } from 'rxjs';
import type { ShutdownSummary } from '../../../src/index.ts';
import type { FaultProxyOptions } from '../../../src/testing/fault-proxy/fault-proxy-options.ts';
import { faultProxy } from '../../../src/testing/fault-proxy/fault-proxy.ts';
import type { ProxiedConnection } from '../../../src/testing/fault-proxy/proxied-connection.ts';
import type { FaultProxy } from '../../../src/testing/fault-proxy/running-fault-proxy.ts';
import { afterThisSpec } from '../../cleanup.ts';
import { dialRaw, startRawServer } from '../../loopback.ts';

/** Real sockets, and a clock that stands still until the spec says that time passes. */
export class Clock extends VirtualTimeScheduler {
  pass(milliseconds: number): void {
    const until = this.frame + milliseconds;
    this.maxFrames = until;
    this.flush();
    this.frame = until;
  }
}

export interface StartedProxy {
  readonly proxy: FaultProxy;
  readonly clock: Clock;
  /** Unsubscribes and waits until all is released. */
  stop(): Promise<ShutdownSummary>;
  /** Whether the Observable has completed, as after a drain. */
  readonly completed: Promise<void>;
}

export async function startProxy(options: FaultProxyOptions): Promise<StartedProxy> {
  const subscription = new Subscription();
  const clock = new Clock();
  let complete: () => void = () => undefined;
  const completed = new Promise<void>((resolve) => (complete = resolve));
  const proxy = await new Promise<FaultProxy>((resolve, reject) => {
    const running = faultProxy({ scheduler: clock, ...options });
    subscription.add(running.subscribe({ next: resolve, error: reject, complete }));
  });
  const stop = (): Promise<ShutdownSummary> => {
    subscription.unsubscribe();
    return firstValueFrom(proxy.closed);
  };
  afterThisSpec(() => {
    proxy.reset();
    return stop();
  });
  return { proxy, clock, stop, completed };
}

/** A client and a server of `node:net`, and the proxy between them. */
export interface Conversation extends StartedProxy {
  readonly client: Socket;
  readonly server: Socket;
  /** The connection as the proxy sees it. */
  readonly between: ProxiedConnection;
  /** Another client, and its server. */
  another(): Promise<Pick<Conversation, 'client' | 'server' | 'between'>>;
}

export async function converse(options: Partial<FaultProxyOptions> = {}): Promise<Conversation> {
  const server = await startRawServer();
  const started = await startProxy({ to: server.endpoint, ...options });
  const another = async (): Promise<Pick<Conversation, 'client' | 'server' | 'between'>> => {
    const accepted = firstValueFrom(started.proxy.connections);
    const client = await dialRaw(started.proxy.endpoint);
    const between = await accepted;
    const socket = await server.accept();
    // The server may know of it before the proxy does.
    await eventually(() => between.state === 'open');
    return { client, server: socket, between };
  };
  return { ...started, ...(await another()), another };
}

/** Waits, turn by turn of the event loop, until something holds that nothing tells of. */
export async function eventually(holds: () => boolean): Promise<void> {
  for (let turns = 0; !holds(); turns += 1) {
    if (turns > 100_000) throw new Error(`it never held: ${String(holds)}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What a socket has received so far, chunk by chunk. */
export function heardBy(socket: Socket): readonly string[] {
  const heard: string[] = [];
  socket.on('data', (chunk: Buffer) => heard.push(chunk.toString())).resume();
  return heard;
}

/** How a peer ended it. It reads. */
export function endOf(socket: Socket): Promise<'FIN' | 'RST'> {
  socket.resume();
  return new Promise((resolve) => {
    socket
      .once('end', () => {
        resolve('FIN');
      })
      .once('error', () => {
        resolve('RST');
      });
  });
}
