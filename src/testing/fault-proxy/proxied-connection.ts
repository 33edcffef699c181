import type { Observable } from 'rxjs';
import type { Endpoint } from '../../endpoint/endpoint.ts';
import type { TransportError } from '../../errors/transport-error.ts';

/**
 * What has gone through one direction of a {@link ProxiedConnection} so far.
 *
 * @public
 */
export interface ProxiedTraffic {
  /** Bytes that were read from the one side. */
  readonly bytesRead: number;
  /** Bytes that were passed on to the other side. */
  readonly bytesPassed: number;
  /** Bytes that are on their way, or are kept back. */
  readonly bytesInTransit: number;
  /** Whether a FIN was passed on behind them. */
  readonly ended: boolean;
}

/**
 * One client of a {@link FaultProxy}, and the connection that was dialled for it. Its members tell the present state; read them
 * whenever you like.
 *
 * @public
 */
export interface ProxiedConnection {
  /** The `id` of the client's connection. */
  readonly id: string;
  /** The client's end. */
  readonly client: Endpoint;
  /** The server that is dialled for it. */
  readonly server: Endpoint;
  /** Milliseconds of the scheduler at which it was accepted. */
  readonly openedAt: number;
  /**
   * `dialling` until the server has answered, `half-closed` when one direction has ended, `closed` when both have, or when it was
   * closed by the proxy, and `lost` when it was reset or the server could not be dialled.
   */
  readonly state: 'dialling' | 'open' | 'half-closed' | 'closed' | 'lost';
  /** Whether it has the faults: see the option `share`. */
  readonly faulty: boolean;
  /** Why it was lost. */
  readonly error: TransportError | undefined;
  /** From the client to the server. */
  readonly upstream: ProxiedTraffic;
  /** From the server to the client. */
  readonly downstream: ProxiedTraffic;
  /** Emits once both sides are released, and completes. Replays. */
  readonly closed: Observable<void>;
  /** Resets both sides at once; what is in transit is lost. */
  reset(): void;
}
