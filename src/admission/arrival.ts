import type { ObservableInput } from 'rxjs';
import type { Endpoint } from '../endpoint/endpoint.ts';

/**
 * A connection that has come in and has not been read yet.
 *
 * @public
 */
export interface Arrival {
  /** Our end. */
  readonly local: Endpoint;
  /** The peer; behind a proxy that tells it, its client. */
  readonly remote: Endpoint;
  /** How many other connections are open or on their way in. */
  readonly connections: number;
  /** How many of those come from the same address; of IPv6, from the same /64, which is what one customer is given. */
  readonly connectionsFromAddress: number;
}

/**
 * Says who may come in. The first value counts; to complete without one is to refuse.
 *
 * @public
 */
export type Admission = (arrival: Arrival) => boolean | ObservableInput<boolean>;
