import type { Socket } from 'node:net';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { ignoreErrors } from './ignore-errors.ts';
import { remoteEndpoint } from './socket-endpoints.ts';

// Below the mark by a tenth, so that a server at its limit takes many at a time, and not one for each that leaves.
const RESUME_AT = 0.9;

/** Who is told what becomes of a socket, and owns it from then on. */
export interface WaitingSocketsHost {
  /** It may come in. */
  onRoom(socket: Socket, remote: Endpoint): void;
  /** There is room neither inside nor to wait. */
  onNoRoom(socket: Socket, remote: Endpoint): void;
  /** It waits no longer, because the server stops. */
  onNoTurn(socket: Socket, remote: Endpoint): void;
  /** Its peer has gone while it waited. */
  onLeft(socket: Socket, remote: Endpoint): void;
}

/** Where it comes from is asked when it comes: a peer that has reset has no address any more. */
interface Arrived {
  readonly socket: Socket;
  readonly remote: Endpoint;
}

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
  readonly #resumeAt: number;
  readonly #backlog: number;
  readonly #host: WaitingSocketsHost;
  #waiting: Arrived[] = [];
  #inside = 0;
  #full = false;

  constructor(most: number, backlog: number, host: WaitingSocketsHost) {
    this.#most = most;
    // Where nobody may wait, there is nothing that could flutter.
    this.#resumeAt = backlog === 0 ? most - 1 : most * RESUME_AT;
    this.#backlog = backlog;
    this.#host = host;
  }

  add(socket: Socket, remote: Endpoint): void {
    if (!this.#full) {
      this.#enter({ socket, remote });
      return;
    }
    if (this.#waiting.length >= this.#backlog) this.#forgetWhoLeft();
    if (this.#waiting.length < this.#backlog) {
      ignoreErrors(socket);
      this.#waiting.push({ socket, remote });
    } else {
      this.#host.onNoRoom(socket, remote);
    }
  }

  /** Nobody who waits will come in. */
  stop(): void {
    for (const { socket, remote } of this.#waiting.splice(0)) this.#host.onNoTurn(socket, remote);
  }

  #enter({ socket, remote }: Arrived): void {
    this.#inside += 1;
    this.#full ||= this.#inside >= this.#most;
    socket.once('close', () => {
      this.#inside -= 1;
      this.#resume();
    });
    this.#host.onRoom(socket, remote);
  }

  #resume(): void {
    if (this.#inside > this.#resumeAt) return;
    this.#full = this.#inside >= this.#most;
    while (!this.#full) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      if (hasLeft(next)) this.#host.onLeft(next.socket, next.remote);
      else this.#enter(next);
    }
  }

  /** They are not read, so nobody has told us that they were reset. */
  #forgetWhoLeft(): void {
    const before = this.#waiting;
    this.#waiting = [];
    for (const one of before) {
      if (hasLeft(one)) this.#host.onLeft(one.socket, one.remote);
      else this.#waiting.push(one);
    }
  }
}

/** After a reset there is no peer to be asked for (getpeername(2), ENOTCONN). A Unix socket never says where its peer is. */
function hasLeft({ socket, remote }: Arrived): boolean {
  return !remote.startsWith('unix:') && remoteEndpoint(socket) === undefined;
}
