import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Contender, Dialled, OnMessage, Service } from './contender.ts';
import { connected, listening } from './local-sockets.ts';
import { frameOf, PlainDecoder } from './plain-frames.ts';

export interface NetStyle {
  readonly noDelay: boolean;
  /** Whether the writes of a turn, or the answers to a chunk, are held together by `cork`. */
  readonly corked: boolean;
}

/** `node:net` as most programs use it, and the two improvements that one can make by hand. */
export function netContender(style: NetStyle): Contender {
  return {
    listen: (service) =>
      listening(
        createServer({ noDelay: style.noDelay }, (socket) => {
          accept(socket, service, style);
        }),
      ),
    async dial(port, _kind, onMessage) {
      const socket = await connected(port, { noDelay: style.noDelay });
      return style.corked ? new CorkedConnection(socket, onMessage) : new PlainConnection(socket, onMessage);
    },
  };
}

function accept(socket: Socket, service: Service, { corked }: NetStyle): void {
  const decoder = new PlainDecoder();
  const onFrame =
    service.kind === 'sink'
      ? service.onMessage
      : (frame: Buffer): void => {
          socket.write(frameOf(frame));
        };
  // A client that was killed at the end of its run; whatever else it was shows in the count.
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    if (corked) socket.cork();
    decoder.decode(chunk, onFrame);
    if (corked) socket.uncork();
  });
}

class PlainConnection implements Dialled {
  protected readonly socket: Socket;

  constructor(socket: Socket, onMessage: OnMessage) {
    this.socket = socket;
    const decoder = new PlainDecoder();
    socket.on('data', (chunk: Buffer) => {
      decoder.decode(chunk, onMessage);
      this.endTurn();
    });
  }

  send(message: Uint8Array): void {
    this.socket.write(frameOf(message));
  }

  endTurn(): boolean {
    return !this.socket.writableNeedDrain;
  }

  whenWritable(goOn: () => void): void {
    this.socket.once('drain', goOn);
  }

  async close(): Promise<void> {
    this.socket.end();
    await once(this.socket, 'close');
  }
}

class CorkedConnection extends PlainConnection {
  #corked = false;

  override send(message: Uint8Array): void {
    if (!this.#corked) {
      this.#corked = true;
      this.socket.cork();
    }
    super.send(message);
  }

  override endTurn(): boolean {
    if (this.#corked) {
      this.#corked = false;
      this.socket.uncork();
    }
    return super.endTurn();
  }
}
