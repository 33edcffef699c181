import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import type { TcpAddress } from 'rxjs-net';

/** Three ports of the loopback that nobody has. They are all taken at once, so that they differ, and given back. */
export async function freeEndpoints(): Promise<[TcpAddress, TcpAddress, TcpAddress]> {
  const servers: [Server, Server, Server] = [createServer(), createServer(), createServer()];
  for (const server of servers) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  const addressOf = (server: Server): TcpAddress => `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [first, second, third] = servers;
  const addresses: [TcpAddress, TcpAddress, TcpAddress] = [
    addressOf(first),
    addressOf(second),
    addressOf(third),
  ];
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  return addresses;
}
