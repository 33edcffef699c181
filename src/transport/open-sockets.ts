import type { Socket } from 'node:net';
import { addressBlock } from '../admission/peer-address.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';

/** How many sockets are open, in all and by the address that they come from. */
export class OpenSockets {
  #total = 0;
  readonly #byBlock = new Map<string, number>();

  get total(): number {
    return this.#total;
  }

  /** Counts the socket until it is closed, and tells how many there were before it from the same address. */
  add(socket: Socket, remote: Endpoint): number {
    const block = addressBlock(remote);
    const before = this.#byBlock.get(block) ?? 0;
    this.#total += 1;
    this.#byBlock.set(block, before + 1);
    socket.once('close', () => {
      this.#remove(block);
    });
    return before;
  }

  #remove(block: string): void {
    this.#total -= 1;
    const left = (this.#byBlock.get(block) ?? 1) - 1;
    if (left === 0) this.#byBlock.delete(block);
    else this.#byBlock.set(block, left);
  }
}
