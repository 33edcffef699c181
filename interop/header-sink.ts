import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { ReplaySubject, skip } from 'rxjs';
import { atTestEnd } from './at-test-end.ts';
import { within } from './within.ts';

/** A server that knows nothing of the PROXY protocol. */
export interface HeaderSink {
  readonly port: number;
  /** All that came on the nth connection to end, up to its FIN. */
  bytes(index?: number): Promise<Buffer>;
}

export async function startHeaderSink(): Promise<HeaderSink> {
  const streams = new ReplaySubject<Buffer>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const chunks: Buffer[] = [];
    sockets.add(socket);
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      streams.next(Buffer.concat(chunks));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  atTestEnd(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return {
    port: (server.address() as AddressInfo).port,
    bytes: (index = 0) => within('the bytes of a connection of HAProxy', streams.pipe(skip(index))),
  };
}
