import { choiceOption } from '../../errors/choice-option.ts';
import { invalidOption } from '../../errors/invalid-option.ts';
import { addressBytes } from '../../proxy-protocol/ip-address.ts';
import { systemError } from './simulated-socket.ts';

/**
 * How a name fails to resolve, by the names of getaddrinfo(3): for good, or for the moment.
 *
 * @public
 */
export type ResolutionFailure = 'ENOTFOUND' | 'EAI_AGAIN';

const OUTCOMES = ['ENOTFOUND', 'EAI_AGAIN', 'normal'] as const;

// RFC 1123, and the underscore that container platforms allow.
const NAME = /^[a-z\d_](?:[a-z\d._-]*[a-z\d_])?$/u;

/** The names of a network, and whom each address belongs to. */
export class Names {
  readonly #addresses = new Map<string, string>();
  readonly #hosts = new Map<string, string>();
  readonly #changed = new Map<string, ResolutionFailure | { readonly address: string }>();

  /** @returns its address, the next one that is free unless it is given */
  add(host: string, address: string = this.#freeAddress()): string {
    const name = keyOf(host);
    if (name === 'localhost' || !NAME.test(name) || isAddress(name))
      throw invalidOption(`'${host}' is no name of a host: it takes letters, digits, dots and hyphens`);
    if (!isAddress(address)) throw invalidOption(`${address}, of ${host}, is no IP address`);
    const other = this.#addresses.get(name);
    if (other !== undefined) throw invalidOption(`${host} is the name of ${other} already`);
    const taken = this.#hosts.get(address);
    if (taken !== undefined) throw invalidOption(`${address} is the address of ${taken} already`);
    this.#hosts.set(address, host);
    this.#addresses.set(name, address);
    return address;
  }

  change(name: string, outcome: ResolutionFailure | { readonly address: string } | 'normal'): void {
    // Programs without types may say anything.
    const address =
      typeof outcome === 'string' ? undefined : (outcome as { address: string } | null)?.address;
    if (address === undefined) choiceOption('a resolution', outcome as ResolutionFailure, 'normal', OUTCOMES);
    else if (!isAddress(address)) throw invalidOption(`${name} is to be ${address}, which is no IP address`);
    if (outcome === 'normal') this.#changed.delete(keyOf(name));
    else this.#changed.set(keyOf(name), outcome);
  }

  /** @throws what getaddrinfo(3) would say */
  resolve(name: string): string {
    const changed = this.#changed.get(keyOf(name));
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
    if (keyOf(name) === 'localhost') return '127.0.0.1';
    // An address is its own name.
    return this.#addresses.get(keyOf(name)) ?? (isAddress(name) ? name : undefined);
  }

  #freeAddress(): string {
    let n = this.#hosts.size + 1;
    while (this.#hosts.has(nthAddress(n))) n += 1;
    return nthAddress(n);
  }
}

/** Case tells nothing apart (RFC 4343). */
function keyOf(name: string): string {
  return name.toLowerCase();
}

function isAddress(text: string): boolean {
  return addressBytes(text) !== undefined;
}

/** 10.0.0.1, and so on. */
function nthAddress(n: number): string {
  return `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
}
