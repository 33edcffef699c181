import { dialTransport, listenTransport } from '../contenders/libp2p.ts';
import type { StreamContender } from './stream-contender.ts';

/** The transport alone. */
export const libp2p: StreamContender = {
  listen(onChunk, onEnd) {
    return listenTransport((connection) => {
      connection.addEventListener('message', ({ data }) => {
        onChunk(data.subarray());
      });
      connection.addEventListener('close', onEnd);
    });
  },
  async send(port, chunks) {
    const connection = await dialTransport(port);
    for (const chunk of chunks) {
      if (connection.send(chunk)) continue;
      // Not onDrain(): that needs Promise.withResolvers, which Node 20 has not.
      await new Promise((resolve) => {
        connection.addEventListener('drain', resolve, { once: true });
      });
    }
    await connection.close();
  },
};
