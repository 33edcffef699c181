import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { millisecondsOption, quantityOption } from '../errors/option-range.ts';

/**
 * What every connection can be told, whichever side opened it.
 *
 * @public
 */
export interface ConnectionOptions {
  /** Milliseconds that a graceful close waits for the peer before it resets. Default 5000; `Infinity` waits for ever. */
  readonly closeTimeout?: number | undefined;
  /**
   * Bytes that may wait to be sent. Default 16 MiB. A single value larger than that is taken when nothing waits.
   */
  readonly maxWriteBuffer?: number | undefined;
  /**
   * Whether the write side outlives the peer's FIN. Without it, an accepted connection stays open while a `send` is
   * active and a dialled one ends; `true` leaves ending to you, `false` ends in both cases.
   */
  readonly allowHalfOpen?: boolean | undefined;
  /** The clock of every timeout. Default `asyncScheduler`; a TestScheduler drives them in virtual time. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** {@link ConnectionOptions} with every default in its place. */
export interface ConnectionSettings {
  readonly closeTimeout: number;
  readonly maxWriteBuffer: number;
  readonly allowHalfOpen: boolean | undefined;
  readonly scheduler: SchedulerLike;
}

// 16 MiB: over the largest message most protocols allow, and still bounded with some hundred stalled peers.
const MAX_WRITE_BUFFER = 16 * 1024 * 1024;
// As long as the Python transport waits that this one is modelled on; half of Docker's stop timeout.
const CLOSE_TIMEOUT = 5_000;

/** Reads the options once, at the edge; throws `ERR_INVALID_OPTION`. */
export function readConnectionOptions(options: ConnectionOptions): ConnectionSettings {
  return {
    closeTimeout: millisecondsOption('closeTimeout', options.closeTimeout, CLOSE_TIMEOUT),
    maxWriteBuffer: quantityOption('maxWriteBuffer', options.maxWriteBuffer, MAX_WRITE_BUFFER),
    allowHalfOpen: options.allowHalfOpen,
    scheduler: options.scheduler ?? asyncScheduler,
  };
}
