import type { ObservableInput, Subscription } from 'rxjs';
import type { Transport } from '../../transport/transport.ts';
import type { SimulatedTransportOptions } from './simulated-transport.ts';

/**
 * A machine in a simulated network: it has a name, an address, and transports that programs run over.
 *
 * @example
 * ```ts
 * import { serve } from 'rxjs-net';
 * import { SimulatedNetwork } from 'rxjs-net/testing';
 *
 * const network = new SimulatedNetwork({ seed: 1 });
 * const server = network.host('server');
 * server.run(() => server.transport({ port: 7000 }).listen().pipe(serve(({ received }) => received)));
 * network.crash(server);
 * console.log(server.isUp); // false
 * ```
 * @public
 */
export interface SimulatedHost {
  /** What it is dialled by, and called in the trace. */
  readonly name: string;
  /** Its IPv4 address in the network. */
  readonly address: string;
  /** Whether it runs; false between `crash` and `restart`. */
  readonly isUp: boolean;
  /**
   * A transport whose sockets are of this host. A crash ends its connections, and nobody reaches what listened, which is not told:
   * what is to listen and dial again after a restart is a program, see `run`.
   */
  transport(options?: SimulatedTransportOptions): Transport;
  /**
   * Runs a program on this host: it is subscribed now, unsubscribed when the host crashes, and made and subscribed anew when it
   * restarts. To unsubscribe what is returned ends it for good. What the program errs with, and does not catch, is thrown by the
   * scheduler, so that `advance` and `flush` throw it.
   */
  run(program: () => ObservableInput<unknown>): Subscription;
  /** Writes a word of its programs into the trace. */
  note(text: string): void;
}

/**
 * What the peers of a host that crashes notice.
 *
 * @public
 */
export type Crash = 'reset' | 'silence';
