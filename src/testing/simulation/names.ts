import { choiceOption } from '../../errors/choice-option.ts';
import { invalidOption } from '../../errors/invalid-option.ts';
import { systemError } from './simulated-socket.ts';

/**
 * How a name fails to resolve, by the names of getaddrinfo(3): for good, or for the moment.
 *
 * @public
 */
export type ResolutionFailure = 'ENOTFOUND' | 'EAI_AGAIN';

const OUTCOMES = ['ENOTFOUND', 'EAI_AGAIN', 'normal'] as const;

/** The names of a network, and whom each address belongs to. */
export class Names {
  readonly #addresses = new Map<string, string>();
  readonly #hosts = new Map<string, string>();
  readonly #changed = new Map<string, ResolutionFailure | { readonly address: string }>();

  /** @returns its address, the next one that is free unless it is given */
  add(host: string, address: string = this.#freeAddress()): string {
    if (host === 'localhost' || !isAddress(address))
      throw invalidOption(`${host} at ${address} is no host: it takes a name of its own, and an IP address`);
    const taken = this.#hosts.get(address);
    if (taken !== undefined) throw invalidOption(`${address} is the address of ${taken} already`);
    this.#hosts.set(address, host);
    this.#addresses.set(host, address);
    return address;
  }

  change(name: string, outcome: ResolutionFailure | { readonly address: string } | 'normal'): void {
    if (typeof outcome !== 'object') choiceOption('a resolution', outcome, 'normal', OUTCOMES);
    if (outcome === 'normal') this.#changed.delete(name);
    else this.#changed.set(name, outcome);
  }

  /** @throws what getaddrinfo(3) would say */
  resolve(name: string): string {
    const changed = this.#changed.get(name);
    if (typeof changed === 'object') return changed.address;
    const address = changed === undefined ? this.#known(name) : undefined;
    if (address !== undefined) return address;
    const code = changed ?? 'ENOTFOUND';
    throw systemError(code, 'getaddrinfo', { hostname: name });
  }

  machineAt<T>(address: string, machines: ReadonlyMap<string, T>): T | undefined {
    return machines.get(this.#hosts.get(address) ?? '');
  }

  #known(name: string): string | undefined {
    if (name === 'localhost') return '127.0.0.1';
    // An address is its own name.
    return this.#addresses.get(name) ?? (isAddress(name) ? name : undefined);
  }

  #freeAddress(): string {
    let n = this.#hosts.size + 1;
    while (this.#hosts.has(nthAddress(n))) n += 1;
    return nthAddress(n);
  }
}

function isAddress(text: string): boolean {
  return /^\d+(?:\.\d+){3}$|^[\da-f:.]*:[\da-f:.]*$/iu.test(text);
}

/** 10.0.0.1, and so on. */
function nthAddress(n: number): string {
  return `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
}
