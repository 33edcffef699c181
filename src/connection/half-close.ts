import { errorOf, type ConnectionContext } from './connection-context.ts';
import type { Outbound } from './outbound.ts';
import type { Senders } from './senders.ts';

/** How long the write side lives on after the peer's FIN. */
export type HalfCloseMode = 'until ended here' | 'while sending' | 'not at all';

/** Who opened the connection: an accepted one answers after the peer's FIN, for a dialled one it is over (rule 12). */
export type ConnectionRole = 'accepted' | 'dialled';

export function halfCloseMode(role: ConnectionRole, allowHalfOpen: boolean | undefined): HalfCloseMode {
  if (allowHalfOpen === undefined) return role === 'accepted' ? 'while sending' : 'not at all';
  return allowHalfOpen ? 'until ended here' : 'not at all';
}

/**
 * What the peer's FIN means for our own side.
 *
 * ```text
 *                     FIN of the peer              the last send is over
 *   until ended here  ─ nothing ────────────────────────────────────────────▶ end() is up to the user
 *   while sending     ─ nothing while somebody sends ──────────────────▶ end
 *   not at all        ─ unfinished sends err with ERR_PEER_ENDED ─▶ end
 * ```
 */
export class HalfClose {
  readonly #mode: HalfCloseMode;
  readonly #senders: Senders;
  readonly #outbound: Outbound;
  #peerEnded = false;

  constructor(mode: HalfCloseMode, senders: Senders, outbound: Outbound) {
    this.#mode = mode;
    this.#senders = senders;
    this.#outbound = outbound;
  }

  onPeerEnded(context: ConnectionContext): void {
    this.#peerEnded = true;
    if (this.#mode === 'not at all') {
      const error = errorOf(context, 'ERR_PEER_ENDED', 'write');
      // What was written goes out whatever the ends of the sends may do.
      this.#outbound.end();
      this.#senders.failUnfinished(error);
    } else {
      this.onSendersChange();
    }
  }

  onSendersChange(): void {
    if (!this.#peerEnded || this.#mode !== 'while sending') return;
    // After this turn of the event loop, so that whoever awaits the end of a `for await` can still answer.
    setImmediate(() => {
      if (this.#senders.none) this.#outbound.end();
    });
  }
}
