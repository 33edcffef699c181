import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { quantityOption } from '../errors/option-range.ts';
import { addressBlock } from './peer-address.ts';
import type { Admission } from './arrival.ts';

/**
 * How many connections one address may open in a time.
 *
 * @public
 */
export interface RateOptions {
  /** Connections a second that one address may open for as long as it likes. Default 10; `Infinity` for no limit. */
  readonly perSecond?: number | undefined;
  /** Connections that it may open at once, after a pause. Default 50. */
  readonly burst?: number | undefined;
  /** Addresses that are remembered at most; past it, the one that was heard of least recently is forgotten. Default 65536. */
  readonly addresses?: number | undefined;
  /** The clock. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** What an address may still open, at the time it was last heard of. */
interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

const SECOND = 1_000;
const PER_SECOND = 10;
const BURST = 50;
const ADDRESSES = 65_536;

/**
 * Refuses who opens connections too fast from one address; of IPv6, from one /64. A token bucket for each.
 *
 * ```text
 * from 192.0.2.7       ccccc----c     limitRatePerAddress({ burst: 3, perSecond: 1 })
 * let in               cccxx----c     x: ERR_NOT_ACCEPTED
 * ```
 *
 * What was refused counts nothing, so that who waits comes in. Its memory is bounded by `addresses`.
 *
 * @throws TransportError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { limitRatePerAddress, listen, serve } from 'rxjs-net';
 *
 * listen('127.0.0.1:7000', { accept: limitRatePerAddress({ perSecond: 10, burst: 50 }) })
 *   .pipe(serve((connection) => connection.received))
 *   .subscribe();
 * ```
 * @public
 */
export function limitRatePerAddress(options: RateOptions = {}): Admission {
  const perSecond = quantityOption('perSecond', options.perSecond, PER_SECOND, 1);
  const burst = quantityOption('burst', options.burst, BURST, 1);
  const most = quantityOption('addresses', options.addresses, ADDRESSES, 1);
  const scheduler = options.scheduler ?? asyncScheduler;
  if (perSecond === Infinity) return () => true;
  // In the order in which they were heard of.
  const buckets = new Map<string, Bucket>();

  return ({ remote }) => {
    const block = addressBlock(remote);
    const now = scheduler.now();
    const before = buckets.get(block);
    // A clock that was set back gives nothing, and takes nothing.
    const passed = before === undefined ? 0 : Math.max(0, now - before.at);
    const tokens = Math.min(burst, (before?.tokens ?? burst) + (passed / SECOND) * perSecond);
    const accepted = tokens >= 1;
    buckets.delete(block);
    buckets.set(block, { tokens: accepted ? tokens - 1 : tokens, at: now });
    if (buckets.size > most) forgetOldest(buckets);
    return accepted;
  };
}

function forgetOldest(buckets: Map<string, Bucket>): void {
  const [oldest = ''] = buckets.keys();
  buckets.delete(oldest);
}
