import { EventEmitter } from 'node:events';
import type { EventLoop } from '../../connection/event-loop.ts';
import type { TcpEnd, TcpOwner } from './tcp-end.ts';

/** The process that a socket belongs to. */
export interface SocketHost {
  readonly loop: EventLoop;
  /** Bytes per second that it reads. */
  readonly readRate: number;
  /** Runs the task once the bytes have taken it their time. */
  afterReading(bytes: number, task: () => void): void;
}

// What a slow reader takes at once, in parts of a second.
const READS_PER_SECOND = 100;

/** The two addresses of a socket. */
export interface SocketAddresses {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

type OnWritten = (error?: Error | null) => void;

interface PendingWrite {
  bytes: Uint8Array;
  readonly onWritten: OnWritten | undefined;
}

/**
 * What of a `net.Socket` this library uses, over a {@link TcpEnd}: its events come in the turns of the given event loop, in the
 * order in which Node's come.
 *
 * ```text
 *   connecting ──'connect'──▶ open ──end()──▶ 'finish'   when the kernel has all that was written
 *       │                      │ ───FIN─────▶ 'end'      when all before it was read
 *       │                      ▼
 *       └─────destroy()─────▶ destroyed ──['error']──▶ 'close'
 * ```
 *
 * It is paused until `resume`, and half open until both sides have ended: the options that this library makes its sockets with.
 */
export class SimulatedSocket extends EventEmitter implements TcpOwner {
  localAddress: string | undefined;
  localPort: number | undefined;
  remoteAddress: string | undefined;
  remotePort: number | undefined;
  destroyed = false;
  readableEnded = false;
  writableEnded = false;
  writableFinished = false;
  writableLength = 0;

  readonly #host: SocketHost;
  #end: TcpEnd | undefined;
  #writes: PendingWrite[] = [];
  #early: Buffer[] = [];
  #flowing = false;
  #flowQueued = false;
  #corked = 0;

  constructor(host: SocketHost) {
    super();
    this.#host = host;
  }

  /** The connection stands. */
  attach(end: TcpEnd, addresses: SocketAddresses): void {
    this.#end = end;
    end.owner = this;
    Object.assign(this, addresses);
    this.#push();
  }

  pause(): this {
    this.#flowing = false;
    return this;
  }

  resume(): this {
    if (!this.#flowing) {
      this.#flowing = true;
      this.#flowLater();
    }
    return this;
  }

  read(): Buffer | null {
    return this.#early.shift() ?? this.#end?.read() ?? null;
  }

  unshift(bytes: Buffer): void {
    this.#early.unshift(bytes);
  }

  cork(): void {
    this.#corked += 1;
  }

  uncork(): void {
    this.#corked -= 1;
    if (this.#corked === 0) this.#push();
  }

  write(bytes: Uint8Array, onWritten?: OnWritten): boolean {
    if (this.destroyed || this.writableEnded) {
      this.#soon(() => onWritten?.(systemError('EPIPE', 'write')));
      return false;
    }
    this.#writes.push({ bytes, onWritten });
    this.writableLength += bytes.length;
    if (this.#corked === 0) this.#push();
    return this.writableLength === 0;
  }

  end(): this {
    if (!this.writableEnded) {
      this.writableEnded = true;
      this.#finishWhenWritten();
    }
    return this;
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.#end?.close();
    this.#closeSoon(error);
    return this;
  }

  resetAndDestroy(): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.#end?.reset();
    this.#closeSoon();
    return this;
  }

  onReadable(): void {
    if (this.#flowing && !this.#flowQueued) this.#flow();
  }

  onWritable(): void {
    this.#push();
  }

  #flowLater(): void {
    if (this.#flowQueued) return;
    this.#flowQueued = true;
    this.#soon(() => {
      this.#flowQueued = false;
      this.#flow();
    });
  }

  #flow(): void {
    while (this.#flowing && !this.destroyed) {
      const { readRate } = this.#host;
      const chunk = this.#early.shift() ?? this.#end?.read(Math.ceil(readRate / READS_PER_SECOND));
      if (chunk === undefined) break;
      if (readRate !== Infinity) this.#rest(chunk.length);
      this.emit('data', chunk);
      if (this.#flowQueued) return;
    }
    // After the end nothing is read, so that a loss is not noticed before something is written, as it is with a real socket.
    if (!this.#flowing || this.destroyed || this.readableEnded) return;
    const loss = this.#end?.loss;
    if (loss !== undefined) this.destroy(systemError(loss, 'read'));
    else if (this.#end?.ended === true) {
      this.readableEnded = true;
      this.emit('end');
    }
  }

  /** A slow reader is busy with what it has read. */
  #rest(bytes: number): void {
    this.#flowQueued = true;
    this.#host.afterReading(bytes, () => {
      this.#flowQueued = false;
      this.#flow();
    });
  }

  /** Moves into the kernel what it has room for. */
  #push(): void {
    const end = this.#end;
    if (end === undefined || this.destroyed) return;
    if (end.dead) {
      if (this.#writes.length > 0)
        this.destroy(systemError(end.loss === 'ETIMEDOUT' ? 'ETIMEDOUT' : 'EPIPE', 'write'));
      return;
    }
    for (let first = this.#writes[0]; first !== undefined; first = this.#writes[0]) {
      const { room } = end;
      if (room <= 0 && first.bytes.length > 0) return;
      const part = first.bytes.subarray(0, room);
      first.bytes = first.bytes.subarray(part.length);
      this.writableLength -= part.length;
      const { onWritten } = first;
      if (first.bytes.length === 0) {
        this.#writes.shift();
        this.#soon(() => onWritten?.());
      }
      end.write(part);
    }
    this.#finishWhenWritten();
  }

  #finishWhenWritten(): void {
    const end = this.#end;
    if (!this.writableEnded || this.writableFinished || this.#writes.length > 0 || end === undefined) return;
    end.shutdown();
    this.#soon(() => {
      if (this.destroyed || this.writableFinished) return;
      this.writableFinished = true;
      this.emit('finish');
    });
  }

  #closeSoon(error?: Error): void {
    const writes = this.#writes;
    this.#writes = [];
    this.#soon(() => {
      for (const { onWritten } of writes) onWritten?.(error ?? systemError('ECANCELED', 'write'));
      if (error !== undefined) this.emit('error', error);
      this.emit('close', error !== undefined);
    });
  }

  #soon(task: () => void): void {
    this.#host.loop.nextTick(task, undefined);
  }
}

/** As libuv makes them. */
export function systemError(code: string, syscall: string, about: object = {}): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall, ...about });
}
