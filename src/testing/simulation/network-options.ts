import type { SchedulerLike } from 'rxjs';
import { invalidOption } from '../../errors/invalid-option.ts';
import { millisecondsOption, quantityOption } from '../../errors/option-range.ts';
import type { LinkOptions, LinkSettings } from './path.ts';
import { SimulationScheduler } from './simulation-scheduler.ts';

/**
 * What a {@link SimulatedNetwork} is like.
 *
 * @public
 */
export interface SimulatedNetworkOptions<S extends SchedulerLike = SchedulerLike> extends LinkOptions {
  /** Whose time it is in: a {@link SimulationScheduler}, or a TestScheduler of RxJS. Default: a SimulationScheduler of its own. */
  readonly scheduler?: S | undefined;
  /** Of all that is left to chance. The same seed gives the same trace. Default 1. */
  readonly seed?: number | undefined;
  /**
   * Bytes in which what was sent arrives: at most so many at once, or as many as chance says, from 1 to 1460. Default 1460, the
   * usual segment of TCP over Ethernet.
   */
  readonly chunking?: number | 'random' | undefined;
  /** Bytes that may be under way to a reader, or unread there. Default 65536. */
  readonly window?: number | undefined;
  /** Bytes that a sender's kernel takes before they are on their way. Default 65536. */
  readonly sendBuffer?: number | undefined;
  /**
   * Milliseconds after which a kernel gives up what its peer does not acknowledge. Default 924600: Linux' 15 retransmissions
   * (tcp(7), tcp_retries2).
   */
  readonly retransmissionTimeout?: number | undefined;
  /** How many of the latest events `trace` keeps; 0 for none. Default 10000. */
  readonly traceLimit?: number | undefined;
}

/** {@link SimulatedNetworkOptions} with every default in its place. */
export interface NetworkSettings {
  readonly scheduler: SchedulerLike;
  readonly seed: number;
  readonly chunking: number | 'random';
  readonly window: number;
  readonly sendBuffer: number;
  readonly retransmissionTimeout: number;
  readonly traceLimit: number;
  readonly link: LinkSettings;
}

/** An Ethernet frame of 1500 bytes without the headers of IP and TCP. */
export const SEGMENT = 1460;

export function readNetworkOptions(options: SimulatedNetworkOptions): NetworkSettings {
  const { chunking = SEGMENT } = options;
  return {
    scheduler: options.scheduler ?? new SimulationScheduler(),
    seed: quantityOption('seed', options.seed, 1),
    chunking: chunking === 'random' ? chunking : quantityOption('chunking', chunking, SEGMENT, 1),
    window: quantityOption('window', options.window, 64 * 1024, 1),
    sendBuffer: quantityOption('sendBuffer', options.sendBuffer, 64 * 1024, 1),
    retransmissionTimeout: millisecondsOption(
      'retransmissionTimeout',
      options.retransmissionTimeout,
      924_600,
    ),
    traceLimit: quantityOption('traceLimit', options.traceLimit, 10_000),
    link: readLinkOptions(options, { latency: 1, jitter: 0, bandwidth: Infinity }),
  };
}

/** What an option does not say stays as it is. */
export function readLinkOptions(options: LinkOptions, present: LinkSettings): LinkSettings {
  return {
    latency: delayOption('latency', options.latency ?? present.latency),
    jitter: delayOption('jitter', options.jitter ?? present.jitter),
    bandwidth: rateOption('bandwidth', options.bandwidth ?? present.bandwidth),
  };
}

/** Virtual time knows fractions of a millisecond. */
function delayOption(name: string, value: number): number {
  if (value >= 0 && value < Infinity) return value;
  throw invalidOption(`${name} is ${value}; it takes milliseconds, from 0`);
}

export function rateOption(name: string, value: number): number {
  if (value > 0) return value;
  throw invalidOption(`${name} is ${value}; it takes bytes per second, more than 0`);
}
