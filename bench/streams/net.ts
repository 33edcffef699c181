import { once } from 'node:events';
import { createServer } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { connected, listening } from '../contenders/local-sockets.ts';
import type { StreamContender } from './stream-contender.ts';

/** `node:net` with the loop that its manual shows: write until the buffer is full, go on at 'drain'. */
export const written: StreamContender = {
  listen,
  async send(port, chunks) {
    const socket = await connected(port);
    for (const chunk of chunks) if (!socket.write(chunk)) await once(socket, 'drain');
    socket.end();
    await once(socket, 'finish');
  },
};

/** `node:net` with `pipeline` from a Readable. */
export const piped: StreamContender = {
  listen,
  async send(port, chunks) {
    await pipeline(Readable.from(chunks), await connected(port));
  },
};

function listen(onChunk: (chunk: Uint8Array) => void, onEnd: () => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('data', onChunk);
    socket.on('end', onEnd);
  });
  return listening(server);
}
