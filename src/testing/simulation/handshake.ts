import type { Attempt } from './dialling.ts';
import type { Path } from './path.ts';
import type { Machine } from './machine.ts';
import type { TcpEnd } from './tcp-end.ts';
import type { RecordedTrace } from './trace.ts';

/** What a handshake goes through. */
export interface HandshakeNetwork {
  readonly trace: RecordedTrace;
  path(from: Machine, to: Machine): Path;
  machineAt(address: string): Machine | undefined;
  /** Makes the two ends of a new connection. @returns the listening one */
  connection(from: Machine, to: Machine, attempt: Attempt): TcpEnd;
}

/**
 * The way from an attempt to a connection.
 *
 * ```text
 *   SYN ──▶ lost, dropped, or nobody there     tried again
 *       ──▶ no listener ──▶ RST                refused
 *       ──▶ listener ──▶ SYN ACK ──▶ connected ──▶ ACK ──▶ accepted
 * ```
 *
 * None of the first two is sent again by the way they take: a blocked one loses them.
 */
export class Handshake {
  readonly #network: HandshakeNetwork;
  readonly #from: Machine;
  readonly #attempt: Attempt;

  constructor(network: HandshakeNetwork, from: Machine, attempt: Attempt) {
    this.#network = network;
    this.#from = from;
    this.#attempt = attempt;
  }

  begin(): void {
    const { trace } = this.#network;
    const [from, { address }] = [this.#from, this.#attempt];
    const to = from.isAddressed(address) ? from : this.#network.machineAt(address);
    trace.handshake('sent', from.name, to?.name ?? address, 'SYN');
    if (to === undefined) return;
    const arrives = (text: string): void => {
      trace.handshake('arrived', to.name, from.name, text);
    };
    this.#network.path(from, to).carryLossy(
      () => {
        if (this.#attempt.isOver()) return;
        const isDropped = !to.hasKernel || to.dropsSyn();
        arrives(isDropped ? 'SYN, dropped' : 'SYN');
        if (!isDropped) this.#answer(to);
      },
      () => {
        arrives('SYN, lost');
      },
    );
  }

  #answer(to: Machine): void {
    const attempt = this.#attempt;
    if (to.listenerAt(attempt.address, attempt.port) === undefined) {
      this.#sendBack(to, 'RST', 0, () => {
        if (!attempt.isOver()) attempt.refused();
      });
      return;
    }
    // A second SYN of the same attempt is answered by the same end.
    if (attempt.reached?.dead !== false) {
      attempt.reached = this.#network.connection(this.#from, to, attempt);
    }
    const accepted = attempt.reached;
    this.#sendBack(to, 'SYN ACK', accepted.number, () => {
      this.#connect(to, accepted);
    });
  }

  #connect(to: Machine, accepted: TcpEnd): void {
    const dialled = accepted.peer;
    if (dialled === undefined || dialled.dead || dialled.owner !== undefined) return;
    if (!this.#from.isUp || this.#attempt.isOver()) {
      dialled.reset();
      return;
    }
    this.#attempt.connected(dialled);
    dialled.open(() => {
      this.#accept(to, accepted);
    });
  }

  /** A connection that was lost by now is accepted all the same, as a kernel does it; not so one whose machine has gone. */
  #accept(to: Machine, accepted: TcpEnd): void {
    if (accepted.dead && accepted.loss === undefined) return;
    const { address, port, localPort } = this.#attempt;
    const listener = to.listenerAt(address, port);
    if (listener === undefined) {
      accepted.reset();
      return;
    }
    const [localAddress, remoteAddress] = [address, this.#from.address];
    listener.accept(accepted, { localAddress, localPort: port, remoteAddress, remotePort: localPort });
  }

  #sendBack(to: Machine, text: string, connection: number, arrived: () => void): void {
    const { trace } = this.#network;
    const from = this.#from;
    trace.handshake('sent', to.name, from.name, text, connection);
    this.#network.path(to, from).carryLossy(
      () => {
        if (!from.hasKernel) return;
        trace.handshake('arrived', from.name, to.name, text, connection);
        arrived();
      },
      () => {
        trace.handshake('arrived', from.name, to.name, `${text}, lost`, connection);
      },
    );
  }
}
