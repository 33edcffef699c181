import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { Subject } from 'rxjs';
import { rxToStream, streamToRx } from 'rxjs-stream';
import type { Contender, Dialled, OnMessage } from './contender.ts';
import { connected, listening } from './local-sockets.ts';
import { frameOf, PlainDecoder } from './plain-frames.ts';

/** Streams to Observables and back, over sockets and with frames made by hand as those of `net`. */
export const rxjsStream: Contender = {
  listen(service) {
    const server = createServer((socket) => {
      // A client that was killed at the end of its run.
      socket.on('error', () => socket.destroy());
      if (service.kind === 'sink') {
        read(socket, service.onMessage);
        return;
      }
      const answers = new Subject<Buffer>();
      writeTo(socket, answers);
      read(socket, (frame) => {
        answers.next(frameOf(frame as Uint8Array));
      });
    });
    return listening(server);
  },
  async dial(port, _kind, onMessage) {
    const socket = await connected(port);
    read(socket, onMessage);
    return new StreamConnection(socket);
  },
};

function read(socket: Socket, onMessage: OnMessage): void {
  const decoder = new PlainDecoder();
  streamToRx(socket).subscribe({
    next: (chunk) => {
      decoder.decode(chunk, onMessage);
    },
    error: () => undefined,
  });
}

function writeTo(socket: Socket, frames: Subject<Buffer>): void {
  // Without options it would make text of them; lazy, it would lose what is written before its first read.
  rxToStream(frames, { lazy: false }).pipe(socket);
}

class StreamConnection implements Dialled {
  readonly #socket: Socket;
  readonly #frames = new Subject<Buffer>();

  constructor(socket: Socket) {
    this.#socket = socket;
    writeTo(socket, this.#frames);
  }

  send(message: Uint8Array): void {
    this.#frames.next(frameOf(message));
  }

  endTurn(): boolean {
    return !this.#socket.writableNeedDrain;
  }

  whenWritable(goOn: () => void): void {
    this.#socket.once('drain', goOn);
  }

  async close(): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#frames.complete();
    await closed;
  }
}
