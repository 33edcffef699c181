import { once } from 'node:events';
import { connect, type AddressInfo, type Server, type Socket, type TcpNetConnectOpts } from 'node:net';

/** Listens on a free port of 127.0.0.1. @returns the port */
export async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return portOf(server);
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** A socket that is connected. */
export async function connected(port: number, options: Partial<TcpNetConnectOpts> = {}): Promise<Socket> {
  const socket = connect({ ...options, port, host: '127.0.0.1' });
  await once(socket, 'connect');
  return socket;
}
