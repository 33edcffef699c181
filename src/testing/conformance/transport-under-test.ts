import type { SchedulerLike } from 'rxjs';
import type { ConnectOptions } from '../../transport/connect-options.ts';
import type { Transport } from '../../transport/transport.ts';

/**
 * Two transports that can reach one another, made anew for each case: the client dials `server.endpoint`.
 *
 * @public
 */
export interface TransportUnderTest {
  /** It listens. */
  readonly server: Transport;
  /** It dials. */
  readonly client: Transport;
  /** The clock of every timeout, and of the cases themselves. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
  /**
   * Makes the time of `scheduler` pass until the work settles, and settles as the work does; a case as a whole is such work.
   * Default: the time passes by itself.
   */
  drive?<T>(work: Promise<T>): Promise<T>;
  /** What `client` dials to get neither a yes nor a no; wanted with the trait `unanswered`. */
  readonly unanswered?:
    | {
        /** Where nobody answers. */
        readonly endpoint: string;
        /** For the dial. */
        readonly options?: ConnectOptions;
      }
    | undefined;
  /** Called after the case, when both transports have been closed. */
  dispose?(): void | Promise<void>;
}

/**
 * What a kind of transport can do besides what all can do. A case that needs what it cannot is skipped, and says so.
 *
 * @public
 */
export interface TransportTraits {
  /**
   * Whether an `abort` reaches the peer as `ERR_CONNECTION_RESET`. Default true. A Unix socket has no reset: its peer sees an
   * end (unix(7)).
   */
  readonly reset?: boolean | undefined;
  /** Whether `server` and `client` are two objects. Default true; a transport in memory may be both ends at once. */
  readonly apart?: boolean | undefined;
  /** Whether it can dial where nobody answers: see {@link TransportUnderTest}. Default false. */
  readonly unanswered?: boolean | undefined;
  /** Whether it knows `maxConnections`, `whenFull`, `backlog` and `accept`. Default true. */
  readonly admission?: boolean | undefined;
  /**
   * Bytes that the two ends and what lies between them may hold of one direction while nobody reads. Default 16 MiB: more
   * than the socket buffers of Linux grow to (tcp_wmem and tcp_rmem, tcp(7)).
   */
  readonly window?: number | undefined;
}

/**
 * Something that not every transport can do.
 *
 * @public
 */
export type Ability = 'reset' | 'apart' | 'unanswered' | 'admission';

const WINDOW = 16 * 1024 * 1024;

export function windowOf({ window = WINDOW }: TransportTraits): number {
  return window;
}

export function isAble(traits: TransportTraits, ability: Ability): boolean {
  return traits[ability] ?? ability !== 'unanswered';
}
