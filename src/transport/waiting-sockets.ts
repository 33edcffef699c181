import type { Socket } from 'node:net';

// Below the mark by a tenth, so that a server at its limit takes many at a time, and not one for each that leaves.
const RESUME_AT = 0.9;

/**
 * The sockets of a server that lets only so many in at a time. Those that come when it is full wait, unread, for their turn.
 *
 * ```text
 *                most are in                          a tenth of them has left
 *   has room ─────────────────▶ full: who comes waits ─────────────────────────▶ has room: who waits comes first
 *                                       └─▶ backlog of them wait: refused
 * ```
 *
 * Node has no way to leave them in the kernel: to stop accepting is to close the listener (Node manual, server.close).
 */
export class WaitingSockets {
  readonly #most: number;
  readonly #backlog: number;
  readonly #letIn: (socket: Socket) => void;
  readonly #waiting: Socket[] = [];
  #inside = 0;
  #full = false;

  constructor(most: number, backlog: number, letIn: (socket: Socket) => void) {
    this.#most = most;
    this.#backlog = backlog;
    this.#letIn = letIn;
  }

  /** False when there is room neither inside nor to wait: the socket is left to the caller then. */
  add(socket: Socket): boolean {
    if (!this.#full) {
      this.#enter(socket);
    } else if (this.#waiting.length < this.#backlog) {
      socket.on('error', ignore);
      this.#waiting.push(socket);
    } else {
      return false;
    }
    return true;
  }

  /** Those that wait, who are the caller's from now on. */
  takeAll(): Socket[] {
    return this.#waiting.splice(0);
  }

  #enter(socket: Socket): void {
    this.#inside += 1;
    this.#full ||= this.#inside >= this.#most;
    socket.once('close', () => {
      this.#inside -= 1;
      this.#resume();
    });
    this.#letIn(socket);
  }

  #resume(): void {
    if (this.#inside > this.#most * RESUME_AT) return;
    this.#full = this.#inside >= this.#most;
    while (!this.#full) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#enter(next);
    }
  }
}

function ignore(): void {
  // It is not read, so nobody is there yet to be told.
}
