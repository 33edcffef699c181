import type { Machine } from './machine.ts';
import { newLane } from './path.ts';
import type { TcpEnd } from './tcp-end.ts';

// libuv: ten probes, a second apart, after the initial delay (uv_tcp_keepalive).
const BETWEEN_PROBES = 1000;
const PROBING = 10 * BETWEEN_PROBES;

/** What it takes to wait. */
export interface PatienceClock {
  readonly retransmissionTimeout: number;
  after(milliseconds: number, task: () => void): void;
}

/**
 * How long kernels put up with a peer of which nothing comes.
 *
 * ```text
 *   something waits for the peer   ──▶ sent again, and given up after retransmissionTimeout ──▶ ETIMEDOUT
 *   nothing waits, keep-alive on   ──▶ asked after the initial delay, given up 10 s later   ──▶ ETIMEDOUT
 *   the peer is up, but knows of no connection any more: it answers the first that comes     ──▶ ECONNRESET
 * ```
 */
export class Patience {
  readonly #clock: PatienceClock;
  // Ends whose peer went with its machine, and that have something for it.
  readonly #unanswered = new Map<TcpEnd, { readonly machine: Machine; readonly since: number }>();

  constructor(clock: PatienceClock) {
    this.#clock = clock;
  }

  /** What an end has sent waits for the way to open. */
  stuck(end: TcpEnd): void {
    this.#giveUpLater(end);
  }

  /** What an end has sent came to a machine that does not know it. */
  unanswered(machine: Machine, end: TcpEnd): void {
    if (machine.isUp) {
      this.#resetLater(end);
      return;
    }
    if (!this.#unanswered.has(end)) this.#unanswered.set(end, { machine, since: end.path.now });
    this.#giveUpLater(end);
  }

  /** The machine is up again. */
  restarted(machine: Machine): void {
    for (const [end, { machine: gone }] of this.#unanswered) {
      if (gone !== machine) continue;
      this.#unanswered.delete(end);
      this.#resetLater(end);
    }
  }

  /** The way from a machine is blocked. */
  blocked(machine: Machine, isBlocked: (end: TcpEnd) => boolean): void {
    for (const end of machine.ends) {
      if (!isBlocked(end)) continue;
      this.#afterProbing(end, () => {
        // What waits to be acknowledged is sent again instead of a probe.
        if (isBlocked(end) && end.stuckSince === undefined) end.lose('ETIMEDOUT');
      });
    }
  }

  /** The peer of an end has given it up: the next probe that gets through is answered with RST. */
  abandoned(end: TcpEnd): void {
    const { nextProbe } = end;
    if (nextProbe === undefined) return;
    this.#clock.after(Math.max(nextProbe, BETWEEN_PROBES), () => {
      if (end.dead) return;
      if (end.path.blocked) this.abandoned(end);
      else this.#resetLater(end);
    });
  }

  /** A machine has gone without a word to those that were connected to it. */
  silent(machine: Machine, left: readonly TcpEnd[]): void {
    for (const end of left) {
      const { nextProbe } = end;
      if (nextProbe === undefined) continue;
      const isAnswered = (): boolean => machine.isUp && !end.path.blocked;
      this.#clock.after(nextProbe, () => {
        if (isAnswered()) this.#resetLater(end);
      });
      this.#afterProbing(end, () => {
        if (isAnswered()) this.#resetLater(end);
        else if (!this.#unanswered.has(end)) end.lose('ETIMEDOUT');
      });
    }
  }

  #afterProbing(end: TcpEnd, task: () => void): void {
    const { nextProbe } = end;
    if (nextProbe !== undefined) this.#clock.after(nextProbe + PROBING, task);
  }

  /** Its RST takes the way that all takes from there. */
  #resetLater(end: TcpEnd): void {
    const arrive = (): void => {
      end.lose('ECONNRESET');
    };
    end.peer?.path.carry(0, newLane(), { arrive });
  }

  #giveUpLater(end: TcpEnd): void {
    // A timer of Node that is to wait for ever fires at once.
    if (end.isWatched || this.#clock.retransmissionTimeout === Infinity) return;
    end.isWatched = true;
    this.#watch(end, this.#clock.retransmissionTimeout);
  }

  /** What was acknowledged in between does not count: from when it waits now. */
  #watch(end: TcpEnd, wait: number): void {
    this.#clock.after(wait, () => {
      const since = end.stuckSince ?? this.#unanswered.get(end)?.since;
      const left = since === undefined ? 0 : since + this.#clock.retransmissionTimeout - end.path.now;
      if (left > 0) {
        this.#watch(end, left);
        return;
      }
      end.isWatched = false;
      this.#unanswered.delete(end);
      if (since !== undefined) end.lose('ETIMEDOUT');
    });
  }
}
