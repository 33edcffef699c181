import { createServer, type Socket } from 'node:net';
import { connected, listening } from '../contenders/local-sockets.ts';
import { answer, Pending, type Request, type Response } from './messages.ts';
import { PATTERN, type RequestContender } from './requester.ts';

/** JSON lines by hand, as most programs would: one write per message. */
export const net: RequestContender = {
  listen() {
    const server = createServer((socket) => {
      // A client that was killed at the end of its run.
      socket.on('error', () => socket.destroy());
      onLines(socket, (line) => {
        write(socket, answer(JSON.parse(line) as Request));
      });
    });
    return listening(server);
  },
  async dial(port) {
    const socket = await connected(port);
    const pending = new Pending();
    onLines(socket, (line) => {
      pending.settle(JSON.parse(line) as Response);
    });
    return {
      request: (data, onAnswer) => {
        write(socket, { id: pending.add(onAnswer), pattern: PATTERN, data });
      },
    };
  },
};

function write(socket: Socket, message: Request | Response): void {
  socket.write(`${JSON.stringify(message)}\n`);
}

function onLines(socket: Socket, onLine: (line: string) => void): void {
  let tail = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const lines = (tail + chunk).split('\n');
    tail = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}
