import { asyncScheduler, throwError, timer, type Observable, type SchedulerLike } from 'rxjs';
import { fractionOption, LONGEST_TIMER, millisecondsOption } from '../errors/option-range.ts';
import type { TransportErrorCode, TransportPhase } from '../errors/error-codes.ts';
import { invalidOption } from '../errors/invalid-option.ts';
import { TransportError } from '../errors/transport-error.ts';

/**
 * How long {@link backoff} waits.
 *
 * @public
 */
export interface BackoffOptions {
  /** Milliseconds before the first repetition. Default 100. */
  readonly initial?: number | undefined;
  /** The longest wait in milliseconds. Default 30000. */
  readonly max?: number | undefined;
  /** By how much each wait is longer than the one before. Default 2. */
  readonly factor?: number | undefined;
  /**
   * The share of each wait that is left to chance, from 0 to 1. Default 1 ("full jitter"): a fleet that lost its server
   * at the same moment does not come back at the same moment.
   */
  readonly jitter?: number | undefined;
  /** Milliseconds after which an attempt counts as a success, so that the waits begin anew. Default 10000. */
  readonly resetAfter?: number | undefined;
  /** Whether an error is worth another attempt. Default: not where trying again cannot help, such as a wrong endpoint. */
  readonly retryable?: ((error: unknown) => boolean) | undefined;
  /** A number from 0 up to 1, for the jitter. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** The clock. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * For the `delay` of RxJS' `retry`, which gives an error and a count, and of `repeat`, which gives the count alone.
 *
 * @public
 */
export type BackoffDelay = (errorOrCount: unknown, count?: number) => Observable<0>;

// Trying again changes nothing about these: they are mistakes in the program or its configuration, or a wish to stop.
const FINAL: ReadonlySet<TransportErrorCode> = new Set<TransportErrorCode>([
  'ERR_INVALID_ENDPOINT',
  'ERR_INVALID_OPTION',
  'ERR_INVALID_VALUE',
  'ERR_UNSUPPORTED',
  'ERR_PATH_TOO_LONG',
  'ERR_NOT_A_SOCKET',
  'ERR_ALREADY_READING',
  'ERR_ABORTED',
  'ERR_CLOSED',
]);

/**
 * The waits of a client that redials: exponential, with jitter, and from the start again after a connection that held.
 *
 * ```text
 * dials   d-d---d-------d---------------d-----  waits of 2, 4 and 8; after a connection that has held, of 2 again
 * result  ----------------c---------------c---  the first three dials fail, and the first connection is lost
 * ```
 *
 * RxJS' `resetOnSuccess` would count a server that accepts and drops as a success each time, and hammer it; `resetAfter`
 * asks for a connection that has held. Each `retry` and each `repeat` wants a `backoff()` of its own, as each counts for itself; put
 * them in a `defer` when the result is subscribed more than once at a time. A final error, such as `ERR_INVALID_ENDPOINT`, is passed on.
 *
 * @throws TransportError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { backoff, connect } from 'rxjs-net';
 * import { merge, retry, switchMap, take } from 'rxjs';
 *
 * connect('127.0.0.1:7000')
 *   .pipe(
 *     switchMap((connection) => merge(connection.send(['hello\n']), connection.received)),
 *     retry({ delay: backoff({ initial: 100, max: 30_000 }) }),
 *     take(1),
 *   )
 *   .subscribe((chunk) => {
 *     console.log(chunk.toString().trim()); // hello
 *   });
 * ```
 * @see Exponential Backoff And Jitter, AWS Architecture Blog
 * @public
 */
export function backoff(options: BackoffOptions = {}): BackoffDelay {
  const { factor = 2, retryable = isWorthRetrying, random = Math.random } = options;
  const scheduler = options.scheduler ?? asyncScheduler;
  const jitter = fractionOption('jitter', options.jitter, 1);
  const initial = millisecondsOption('initial', options.initial, 100);
  const max = millisecondsOption('max', options.max, 30_000);
  const resetAfter = millisecondsOption('resetAfter', options.resetAfter, 10_000);
  requireRange('factor', factor, 1, Number.MAX_VALUE);
  let countAtReset = 0;
  let attemptBegan = scheduler.now();

  return (errorOrCount, count) => {
    if (count !== undefined && !retryable(errorOrCount)) return throwError(() => errorOrCount);
    const total = count ?? Number(errorOrCount);
    const held = wasOpen(errorOrCount) && scheduler.now() - attemptBegan >= resetAfter;
    // The first of a new subscription, or the first after a connection that held.
    if (total === 1 || held) countAtReset = total - 1;
    const longest = Math.min(max, LONGEST_TIMER, initial * factor ** (total - countAtReset - 1));
    const wait = Math.round(longest * (1 - jitter * random()));
    attemptBegan = scheduler.now() + wait;
    return timer(wait, scheduler);
  };
}

// A dial that took long to fail is no connection that has held.
const NOT_OPEN: readonly TransportPhase[] = ['resolve', 'connect', 'handshake'];

function wasOpen(error: unknown): boolean {
  return !(TransportError.is(error) && NOT_OPEN.includes(error.phase));
}

function isWorthRetrying(error: unknown): boolean {
  return !(TransportError.is(error) && FINAL.has(error.code));
}

function requireRange(name: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return;
  throw invalidOption(`${name} is ${value}`);
}
