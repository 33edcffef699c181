import type { EventLoop } from '../../connection/event-loop.ts';
import type { SchedulerLike } from 'rxjs';
import type { Random } from './seeded-random.ts';

/**
 * What a way from one host to another is like.
 *
 * @public
 */
export interface LinkOptions {
  /** Milliseconds that everything takes to arrive. Default 1. */
  readonly latency?: number | undefined;
  /** Milliseconds at the most that chance adds to the latency. Order within a connection is kept. Default 0. */
  readonly jitter?: number | undefined;
  /** Bytes per second, of all connections between the two hosts together, each way. Default `Infinity`. */
  readonly bandwidth?: number | undefined;
}

/** {@link LinkOptions} with every default in its place. */
export interface LinkSettings {
  readonly latency: number;
  readonly jitter: number;
  readonly bandwidth: number;
}

/** Time and chance, as all parts of a network have them. */
export interface Physics {
  readonly scheduler: SchedulerLike;
  readonly loop: EventLoop;
  readonly random: Random;
}

/** Something under way. */
export interface Freight {
  readonly arrive: () => void;
  /** It waits for the way to open, or does not wait any more. */
  readonly held?: (isHeld: boolean) => void;
}

/** What keeps the pieces of one direction of a connection in order. */
export interface Lane {
  lastArrival: number;
  // At each arrival comes the one that left first: when two are due at one moment, their times may differ by a rounding error.
  readonly underWay: Shipment[];
}

interface Shipment extends Freight {
  /** It was sent while the way was blocked, so it is lost and sent again, however soon the way opens. */
  readonly isLost: boolean;
}

export function newLane(): Lane {
  return { lastArrival: 0, underWay: [] };
}

/**
 * The way from one host to another, shared by all connections between them.
 *
 * ```text
 * carry ──▶ leaves when those before it have left (bandwidth) ──▶ latency + jitter ──▶ arrives
 *                                                                        │ blocked
 *                                                       held, in order ◀─┘ ──unblock──▶ latency ──▶ arrives
 * ```
 *
 * TCP sends again what was lost, so a way that is blocked delays and loses nothing of a connection; what is not yet one, and
 * is sent `lossy`, it loses.
 */
export class Path {
  readonly #physics: Physics;
  #settings: LinkSettings;
  #blocked = false;
  // How often it was blocked so far.
  #blocks = 0;
  #freeAt = 0;
  // When what is sent after the last block may arrive: not before what was held.
  #openAt = 0;
  #held: Freight[] = [];

  constructor(physics: Physics, settings: LinkSettings) {
    this.#physics = physics;
    this.#settings = settings;
  }

  get now(): number {
    return this.#physics.scheduler.now();
  }

  get blocked(): boolean {
    return this.#blocked;
  }

  set settings(settings: LinkSettings) {
    this.#settings = settings;
    // What comes from now on does not wait for how slow it was.
    this.#freeAt = 0;
  }

  carry(bytes: number, lane: Lane, freight: Freight): void {
    lane.underWay.push({ ...freight, isLost: this.#blocked });
    this.#later(this.#delay(bytes, lane), () => {
      const shipment = lane.underWay.shift();
      if (shipment !== undefined) this.#arrive(shipment);
    });
  }

  /** For what has no connection that would send it again. */
  carryLossy(deliver: () => void, lose: () => void): void {
    const isLost = this.#blocked;
    this.#later(this.#delay(0, newLane()), () => {
      if (isLost || this.#blocked) lose();
      else deliver();
    });
  }

  /** @returns whether it has been blocked ever since */
  block(): () => boolean {
    this.#blocked = true;
    this.#blocks += 1;
    const blocks = this.#blocks;
    return () => this.#blocked && this.#blocks === blocks;
  }

  unblock(): void {
    if (!this.#blocked) return;
    this.#blocked = false;
    this.#openAt = this.now + this.#settings.latency;
    this.#later(this.#settings.latency, () => {
      while (!this.#blocked) {
        const freight = this.#held.shift();
        if (freight === undefined) return;
        freight.held?.(false);
        freight.arrive();
      }
    });
  }

  #arrive(shipment: Shipment): void {
    const isEarly = shipment.isLost && this.now < this.#openAt;
    if (this.#blocked || this.#held.length > 0 || isEarly) this.#hold(shipment);
    else shipment.arrive();
  }

  #hold(freight: Freight): void {
    this.#held.push(freight);
    freight.held?.(true);
  }

  #delay(bytes: number, lane: Lane): number {
    const { latency, jitter, bandwidth } = this.#settings;
    const now = this.#physics.scheduler.now();
    const leaves = Math.max(now, this.#freeAt) + (bandwidth === Infinity ? 0 : (bytes * 1000) / bandwidth);
    this.#freeAt = leaves;
    const spread = jitter === 0 ? 0 : jitter * this.#physics.random();
    lane.lastArrival = Math.max(lane.lastArrival, leaves + latency + spread);
    return lane.lastArrival - now;
  }

  /** Without a delay it is the next turn, and no timer. */
  #later(delay: number, task: () => void): void {
    if (delay <= 0) this.#physics.loop.setImmediate(task, undefined);
    else this.#physics.scheduler.schedule(task, delay);
  }
}
