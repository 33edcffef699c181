import { LAST_MARK, type Message } from './message.ts';

/** What was sent or received: both ends of a run must agree on it. */
export interface Total {
  readonly count: number;
  readonly checksum: number;
}

/**
 * Counts messages and sums their lengths and both their ends: cheap enough not to blur what is measured, and the same for
 * every contender. A lost, doubled, cut or shifted message shows; two messages in the wrong order do not.
 */
export class Tally {
  #count = 0;
  #checksum = 0;

  get total(): Total {
    return { count: this.#count, checksum: this.#checksum };
  }

  get count(): number {
    return this.#count;
  }

  /** @returns whether it is the last message of a run */
  take(message: Message): boolean {
    const { length } = message;
    let first: number;
    let last: number;
    if (typeof message === 'string') {
      first = message.charCodeAt(0);
      last = message.charCodeAt(length - 1);
    } else {
      first = message[0] ?? 0;
      last = message[length - 1] ?? 0;
    }
    this.#count += 1;
    this.#checksum += length + first + last;
    return first === LAST_MARK;
  }
}

/** Fails the run when the receiving end has not got what was sent. */
export function mustAgree(what: string, sent: Total, received: Total): void {
  if (sent.count === received.count && sent.checksum === received.checksum) return;
  throw new Error(
    `${what}: sent ${sent.count} messages with checksum ${sent.checksum}, ` +
      `received ${received.count} with checksum ${received.checksum}`,
  );
}
