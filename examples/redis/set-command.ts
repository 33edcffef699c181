import { integerOf, wordOf, wrongNumber } from './arguments.ts';
import { RespError, type Command, type RespValue } from './resp-value.ts';
import type { Store } from './store.ts';

// Redis knows no time that ends after its clock, which counts milliseconds in 64 bits; this one counts in a number.
const LONGEST = BigInt(Number.MAX_SAFE_INTEGER) / 2n;
const MILLISECONDS: ReadonlyMap<string, bigint> = new Map([
  ['EX', 1000n],
  ['PX', 1n],
]);

/** `SET key value [NX | XX] [EX seconds | PX milliseconds]` */
export function setCommand([key, value, ...options]: Command, store: Store): RespValue {
  if (key === undefined || value === undefined) throw wrongNumber();
  const { lifetime, only } = optionsOf(options);
  if (only !== undefined && (store.get(key) !== undefined) !== (only === 'XX')) return null;
  store.set(key, value, lifetime);
  return 'OK';
}

function optionsOf(options: Command): { readonly lifetime?: number; readonly only?: 'NX' | 'XX' } {
  let lifetime: number | undefined;
  let only: 'NX' | 'XX' | undefined;
  for (let index = 0; index < options.length; index += 1) {
    const option = wordOf(options[index]);
    const unit = MILLISECONDS.get(option);
    if (unit !== undefined && lifetime === undefined) {
      index += 1;
      lifetime = lifetimeOf(options[index], unit);
    } else if ((option === 'NX' || option === 'XX') && only === undefined) {
      only = option;
    } else {
      throw new RespError('ERR syntax error');
    }
  }
  return { ...(lifetime !== undefined && { lifetime }), ...(only !== undefined && { only }) };
}

function lifetimeOf(count: Buffer | undefined, unit: bigint): number {
  if (count === undefined) throw new RespError('ERR syntax error');
  const milliseconds = integerOf(count) * unit;
  if (milliseconds <= 0n || milliseconds > LONGEST)
    throw new RespError("ERR invalid expire time in 'set' command");
  return Number(milliseconds);
}
