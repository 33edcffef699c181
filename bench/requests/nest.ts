import 'reflect-metadata';
import type { Server } from 'node:net';
import { ClientTCP, ServerTCP } from '@nestjs/microservices';
import { portOf } from '../contenders/local-sockets.ts';
import { PATTERN, type RequestContender } from './requester.ts';

/** NestJS' TCP transport without an application around it: handlers are called without pipes, guards or interceptors. */
export const nest: RequestContender = {
  async listen() {
    const server = new ServerTCP({ host: '127.0.0.1', port: 0 });
    server.addHandler(PATTERN, (data: unknown) => Promise.resolve(data));
    await new Promise((resolve) => {
      server.listen(resolve);
    });
    return portOf(server.unwrap<Server>());
  },
  async dial(port) {
    const client = new ClientTCP({ host: '127.0.0.1', port });
    await client.connect();
    return {
      request: (data, onAnswer) => {
        client.send<string>(PATTERN, data).subscribe(onAnswer);
      },
    };
  },
};
