import { once } from 'node:events';
import {
  connect as connectSocket,
  createServer,
  type AddressInfo,
  type Server as NetServer,
  type Socket,
} from 'node:net';
import { firstValueFrom, Subscription } from 'rxjs';
import {
  bind,
  openConnection,
  parseEndpoint,
  type BindOptions,
  type Connection,
  type ConnectOptions,
  type Server,
  type ShutdownSummary,
} from '../src/index.ts';
import { afterThisSpec } from './cleanup.ts';

export interface StartedServer {
  readonly server: Server;
  readonly subscription: Subscription;
  /** The next accepted connection, in order. */
  accept(): Promise<Connection>;
  /** Unsubscribes and waits until all is released. */
  stop(): Promise<ShutdownSummary>;
}

/** A server of ours on a free loopback port. */
export async function startServer(
  options: BindOptions = {},
  endpoint = '127.0.0.1:0',
): Promise<StartedServer> {
  const subscription = new Subscription();
  const server = await new Promise<Server>((resolve, reject) => {
    subscription.add(
      bind(endpoint, { closeTimeout: 500, ...options }).subscribe({ next: resolve, error: reject }),
    );
  });
  const stop = (): Promise<ShutdownSummary> => {
    subscription.unsubscribe();
    return firstValueFrom(server.closed);
  };
  afterThisSpec(stop);
  return { server, subscription, stop, accept: () => firstValueFrom(server.connections) };
}

/** A plain client of `node:net`; what it receives is not read before somebody asks. */
export async function dialRaw(
  endpoint: string,
  options: { readonly allowHalfOpen?: boolean } = {},
): Promise<Socket> {
  const target = parseEndpoint(endpoint);
  const where = target.kind === 'tcp' ? { host: target.host, port: target.port } : { path: target.path };
  const socket = connectSocket({ ...where, allowHalfOpen: true, ...options });
  rememberError(socket);
  afterThisSpec(() => socket.destroy());
  // On loopback a reset can be there before 'connect' is emitted.
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
  return socket;
}

export interface RawServer {
  readonly endpoint: string;
  readonly netServer: NetServer;
  accept(): Promise<Socket>;
}

/** A plain server of `node:net` that lets the spec do what it likes with its sockets. */
export async function startRawServer(): Promise<RawServer> {
  const sockets: Socket[] = [];
  const waiting: ((socket: Socket) => void)[] = [];
  const netServer = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    rememberError(socket);
    afterThisSpec(() => socket.destroy());
    const resolve = waiting.shift();
    if (resolve === undefined) sockets.push(socket);
    else resolve(socket);
  });
  netServer.listen(0, '127.0.0.1');
  await once(netServer, 'listening');
  afterThisSpec(() => netServer.close());
  return {
    endpoint: `127.0.0.1:${String((netServer.address() as AddressInfo).port)}`,
    netServer,
    accept: () =>
      new Promise((resolve) => {
        const socket = sockets.shift();
        if (socket === undefined) waiting.push(resolve);
        else resolve(socket);
      }),
  };
}

/** An accepted connection of ours, with a plain socket at the other end. */
export async function acceptedWithPeer(options: BindOptions = {}): Promise<[Connection, Socket]> {
  const { server, accept } = await startServer(options);
  const peer = await dialRaw(server.endpoint);
  return [await accept(), peer];
}

/** A dialled connection of ours, with a plain socket at the other end. */
export async function dialledWithPeer(options: ConnectOptions = {}): Promise<[Connection, Socket]> {
  const { endpoint, accept } = await startRawServer();
  const connection = await openConnection(endpoint, { closeTimeout: 500, ...options });
  afterThisSpec(() => connection.close());
  return [connection, await accept()];
}

/** All that a plain socket gets until its end, or until it errors. */
export async function drain(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.resume();
  await new Promise((resolve) => {
    socket.once('end', resolve).once('close', resolve);
  });
  return Buffer.concat(chunks);
}

const errors = new WeakMap<Socket, string>();

function rememberError(socket: Socket): void {
  socket.on('error', ({ code }: NodeJS.ErrnoException) => {
    errors.set(socket, code ?? '');
  });
}

/** Reads a plain socket until it is closed, and tells what error there was. */
export async function closeOf(socket: Socket): Promise<{ readonly error: string | undefined }> {
  socket.resume();
  // Not events.once, which rejects at 'error'.
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
  return { error: errors.get(socket) };
}
