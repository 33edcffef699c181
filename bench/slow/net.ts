import { createServer } from 'node:net';
import { listening } from '../contenders/local-sockets.ts';
import { takeSlowly, type SlowConsumer } from './slow-consumer.ts';

/** `for await` over the socket. */
export const net: SlowConsumer = {
  takes: 'bytes',
  listen({ bytes }, onEnd) {
    const server = createServer((socket) => {
      void takeSlowly(socket, bytes).then(onEnd);
    });
    return listening(server);
  },
};
