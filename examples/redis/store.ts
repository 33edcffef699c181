import { asyncScheduler, type TimestampProvider } from 'rxjs';
import { integerOf } from './arguments.ts';
import { fits64 } from './integer64.ts';
import { RespError } from './resp-value.ts';

interface Entry {
  readonly value: Buffer;
  /** When it is gone, in milliseconds of the clock. */
  readonly expires: number;
}

/**
 * The keys and values, which may be any bytes. What has expired is gone when somebody asks for it: a real database also looks
 * for what nobody asks for.
 */
export class Store {
  // A character per byte: a Map compares Buffers by identity.
  readonly #entries = new Map<string, Entry>();
  readonly #clock: TimestampProvider;

  constructor(clock: TimestampProvider = asyncScheduler) {
    this.#clock = clock;
  }

  get(key: Buffer): Buffer | undefined {
    return this.#entry(key)?.value;
  }

  /** Copies the value, which is a view of a chunk of 64 KiB that would be kept with it. */
  set(key: Buffer, value: Buffer, lifetime: number = Infinity): void {
    const expires = this.#clock.now() + lifetime;
    this.#entries.set(key.toString('latin1'), { value: Buffer.from(value), expires });
  }

  delete(key: Buffer): boolean {
    return this.#entry(key) !== undefined && this.#entries.delete(key.toString('latin1'));
  }

  /** Counts from 0, and keeps the time at which the key expires. */
  increment(key: Buffer): bigint {
    const { value, expires } = this.#entry(key) ?? { value: Buffer.from('0'), expires: Infinity };
    const next = integerOf(value) + 1n;
    if (!fits64(next)) throw new RespError('ERR increment or decrement would overflow');
    this.#entries.set(key.toString('latin1'), { value: Buffer.from(next.toString()), expires });
    return next;
  }

  /** Milliseconds until it is gone; undefined if there is no such key. */
  lifetime(key: Buffer): number | undefined {
    const entry = this.#entry(key);
    return entry && entry.expires - this.#clock.now();
  }

  #entry(key: Buffer): Entry | undefined {
    const name = key.toString('latin1');
    const entry = this.#entries.get(name);
    if (entry === undefined || entry.expires > this.#clock.now()) return entry;
    this.#entries.delete(name);
    return undefined;
  }
}
