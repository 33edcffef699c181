import { systemError } from './simulated-socket.ts';
import { addressInUse, type Listener } from './simulated-server.ts';

// Linux: net.ipv4.ip_local_port_range begins at 32768; IANA's ephemeral ports begin here (RFC 6335, section 6).
const FIRST_EPHEMERAL_PORT = 49_152;
const LAST_PORT = 65_535;

const ANY = '*';
const LOOPBACK = /^(?:127\.[\d.]+|::1|0\.0\.0\.0|::)$/u;

/** The ports of a machine: who listens at which, and which are taken by what began here. */
export class Ports {
  readonly #address: string;
  // By port, and of one port by address.
  readonly #listeners = new Map<number, Map<string, Listener>>();
  // Of connections and attempts that began here.
  readonly #taken = new Set<number>();
  #last = FIRST_EPHEMERAL_PORT - 1;

  /** @param address - of the machine, which other machines reach it by */
  constructor(address: string) {
    this.#address = address;
  }

  /** Whether what is sent to this address, from here, comes back here: Linux takes the unspecified address for it, too. */
  isAddressed(address: string): boolean {
    return address === this.#address || LOOPBACK.test(address);
  }

  /** Whoever listens there to those who dial this address. */
  listenerAt(address: string, port: number): Listener | undefined {
    const listeners = this.#listeners.get(port);
    return listeners?.get(address) ?? listeners?.get(ANY);
  }

  /** @returns the port, which is a free one for 0 */
  bind(address: string, port: number, listener: Listener): number {
    const own = listener.isWildcard ? ANY : address;
    if (own !== ANY && !this.isAddressed(own))
      throw systemError('EADDRNOTAVAIL', 'listen', { address, port });
    const taken = port === 0 ? this.#free() : port;
    const listeners = this.#listeners.get(taken) ?? new Map<string, Listener>();
    // The wildcard is every address (ip(7)).
    if (listeners.has(own) || listeners.has(ANY) || (own === ANY && listeners.size > 0))
      throw addressInUse(address, port);
    this.#listeners.set(taken, listeners.set(own, listener));
    return taken;
  }

  release(port: number, listener: Listener): void {
    const listeners = this.#listeners.get(port);
    for (const [address, one] of listeners ?? []) if (one === listener) listeners?.delete(address);
    if (listeners?.size === 0) this.#listeners.delete(port);
  }

  /** One to dial from. */
  take(): number {
    const port = this.#free();
    this.#taken.add(port);
    return port;
  }

  give(port: number): void {
    this.#taken.delete(port);
  }

  /** Nobody listens any more: the processes are gone. */
  crash(): void {
    this.#listeners.clear();
  }

  #free(): number {
    for (let tried = FIRST_EPHEMERAL_PORT; tried <= LAST_PORT; tried += 1) {
      this.#last = this.#last === LAST_PORT ? FIRST_EPHEMERAL_PORT : this.#last + 1;
      if (!this.#listeners.has(this.#last) && !this.#taken.has(this.#last)) return this.#last;
    }
    throw systemError('EADDRNOTAVAIL', 'bind', { address: this.#address, port: 0 });
  }
}
