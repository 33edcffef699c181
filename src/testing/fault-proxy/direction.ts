import {
  catchError,
  combineLatest,
  concat,
  defer,
  EMPTY,
  filter,
  ignoreElements,
  map,
  merge,
  NEVER,
  Subject,
  take,
  tap,
  throwError,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import type { Connection } from '../../connection/connection.ts';
import { deadline } from '../../connection/deadline.ts';
import { holdWhile } from '../../operators/hold-while.ts';
import { delayInOrder } from './delay-in-order.ts';
import { eachSlice } from './each-slice.ts';
import type { Random } from '../simulation/seeded-random.ts';
import type { DirectionSettings } from './fault-settings.ts';
import { InTransit } from './in-transit.ts';
import { Pace } from './pace.ts';
import type { ProxiedTraffic } from './proxied-connection.ts';
import { around } from './around.ts';

// A limited rate passes on what it carries in this time, at least a byte, so that it is a flow and no sequence of lumps.
const GRAIN = 10;

/** What a {@link Direction} is subject to. */
export interface DirectionHost {
  /** The faults: the present ones first, then each change. */
  readonly faults: Observable<DirectionSettings>;
  /** The present ones. */
  present(): DirectionSettings;
  readonly random: Random;
  readonly scheduler: SchedulerLike;
  readonly window: number;
}

/**
 * One direction of a connection through the proxy.
 *
 * ```text
 *            held while the window is full, or in silence
 *               ▼
 *   source ─▶ read ─▶ latency, jitter ─▶ rate ─▶ stall, silence ─▶ slice ─▶ send ─▶ target
 *              └──────────── in transit ────────────────────────────┘
 *   FIN of the source ─▶ the same way, and closeDelay ─▶ end of the target
 * ```
 *
 * A slice is sent when the kernel has taken the one before it, so a target that does not read makes the window full, and the
 * source is not read from.
 */
export class Direction implements ProxiedTraffic {
  bytesRead = 0;
  bytesPassed = 0;
  ended = false;

  readonly #host: DirectionHost;
  readonly #transit: InTransit;
  readonly #pace: Pace;
  readonly #passed: Subject<void> = new Subject();
  // Given to the target; the kernel may not have all of it yet.
  #handed = 0;
  #sourceEnded = false;

  constructor(host: DirectionHost) {
    this.#host = host;
    this.#transit = new InTransit(host.window);
    this.#pace = new Pace(host.scheduler);
  }

  get bytesInTransit(): number {
    return this.#transit.bytes;
  }

  /** Completes when this direction is not, or no more, silent. */
  get audible(): Observable<never> {
    return this.#once(({ halfOpen }) => !halfOpen);
  }

  /** Errors with what became of the source, once this direction is not silent. */
  tell(error: unknown): Observable<never> {
    return concat(
      this.audible,
      throwError(() => error),
    );
  }

  /** Emits once when so many bytes were passed on that the connection is to be reset, or closed. */
  get limit(): Observable<'reset' | 'close'> {
    const { faults } = this.#host;
    return merge(faults, this.#passed).pipe(
      map(() => this.#limitReached()),
      filter((limit) => limit !== undefined),
      take(1),
    );
  }

  /**
   * Passes on what the source says until its FIN, which it passes on as well. It neither errors nor completes when a side is
   * lost: that is told by `tell`, when it may be.
   */
  passOn(source: Connection, target: Connection): Observable<never> {
    const silent = this.#host.faults.pipe(map(({ halfOpen }) => halfOpen));
    const busy = combineLatest([this.#transit.full, silent]).pipe(map(([full, held]) => full || held));
    const slices = holdWhile(source, busy).pipe(
      catchError(() => NEVER),
      tap({
        next: (chunk) => {
          this.bytesRead += chunk.length;
          this.#transit.add(chunk);
        },
        complete: () => {
          this.#sourceEnded = true;
        },
      }),
      delayInOrder(() => this.#delay(), this.#host.scheduler),
      tap((chunk) => {
        this.#pace.arrived(chunk.length);
      }),
      eachSlice(this.#nextSize(), (slice) => this.#pass(slice, target)),
    );
    return concat(slices, this.#end(target));
  }

  /**
   * Whether to close now, with a FIN, would lose bytes of the source: a fault keeps them back, or they were not read yet. What is
   * beyond `closeAfter` is to be lost.
   */
  keepsBack(source: Connection): boolean {
    const { halfOpen, stall, resetAfter, closeAfter } = this.#host.present();
    const bytes = this.#transit.bytes;
    const due = this.#handed + bytes;
    if (this.#handed >= closeAfter) return false;
    if (bytes > 0 && (halfOpen || due > stall || Math.min(due, closeAfter) >= resetAfter)) return true;
    return due < closeAfter && !this.#sourceEnded && (this.#transit.isFull || this.#isReadAhead(source));
  }

  /** Writes what is in transit without further delay, because the connection is to be closed. */
  flush(target: Connection): void {
    const { closeAfter } = this.#host.present();
    const left = Buffer.concat(this.#transit.takeAll()).subarray(0, Math.max(0, closeAfter - this.#handed));
    this.bytesPassed += left.length;
    if (left.length > 0) target.write(left);
  }

  /** Whether the connection has bytes that it does not deliver, because it is held. */
  #isReadAhead({ traffic }: Connection): boolean {
    let isAhead = false;
    // The totals so far come with the subscription.
    traffic.pipe(take(1)).subscribe(({ bytesRead }) => (isAhead = bytesRead > this.bytesRead));
    return isAhead;
  }

  #delay(): number {
    const { latency, jitter } = this.#host.present();
    return around(this.#host.random, latency, jitter, 0);
  }

  /** How long the next slice is, once the link is free and the faults let one through. */
  #nextSize(): Observable<number> {
    return concat(
      this.#pace.free,
      this.#host.faults.pipe(
        filter((faults) => this.#room(faults) > 0),
        map((faults) => Math.min(this.#room(faults), this.#sliceOf(faults))),
      ),
    );
  }

  #sliceOf({ slice, sliceVariation, rate }: DirectionSettings): number {
    if (slice === Infinity) return Math.max(1, Math.floor((rate * GRAIN) / 1000));
    return around(this.#host.random, slice, sliceVariation, 1);
  }

  /** How many bytes may go now. */
  #room({ halfOpen, stall, resetAfter, closeAfter }: DirectionSettings): number {
    return halfOpen ? 0 : Math.min(stall, resetAfter, closeAfter) - this.#handed;
  }

  #pass(slice: Buffer, target: Connection): Observable<never> {
    const { rate, sliceDelay } = this.#host.present();
    this.#pace.carried(slice.length, rate);
    this.#handed += slice.length;
    this.#transit.passed(slice.length);
    const passed = defer(() => {
      this.bytesPassed += slice.length;
      this.#passed.next();
      return this.#pause(sliceDelay);
    });
    return concat(target.send([slice]).pipe(catchError(() => NEVER)), passed);
  }

  #end(target: Connection): Observable<never> {
    const unhindered = this.#once((faults) => this.#room(faults) > 0);
    const late = defer(() => this.#pause(this.#host.present().closeDelay));
    const end = defer(() => {
      this.ended = true;
      target.end();
      return EMPTY;
    });
    return concat(this.#pace.free, unhindered, late, unhindered, end);
  }

  #limitReached(): 'reset' | 'close' | undefined {
    const { resetAfter, closeAfter } = this.#host.present();
    if (this.bytesPassed >= resetAfter) return 'reset';
    return this.bytesPassed >= closeAfter ? 'close' : undefined;
  }

  #once(holds: (faults: DirectionSettings) => boolean): Observable<never> {
    return this.#host.faults.pipe(filter(holds), take(1), ignoreElements());
  }

  #pause(milliseconds: number): Observable<never> {
    if (milliseconds === 0) return EMPTY;
    return deadline(milliseconds, this.#host.scheduler).pipe(ignoreElements());
  }
}
