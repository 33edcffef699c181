import { INCOMPLETE } from 'rxjs-net';
import type { RespValue } from './resp-value.ts';

interface OpenArray {
  readonly length: number;
  readonly items: RespValue[];
}

/**
 * The arrays of a message that is not complete, the outermost first.
 *
 * ```text
 *            *3   :1    *2       :2        $2 hi            +OK
 * open       []   [1]   [1] []   [1] [2]   [1, [2, 'hi']]   → [1, [2, 'hi'], 'OK']
 * ```
 */
export class OpenArrays {
  #open: OpenArray[] = [];
  #announced = 0;

  get depth(): number {
    return this.#open.length;
  }

  /** How many items the arrays of this message have said that they have, those that are complete too. */
  get announced(): number {
    return this.#announced;
  }

  /** Nothing is allocated for what the peer says that is to come. */
  open(length: number): void {
    this.#open.push({ length, items: [] });
    this.#announced += length;
  }

  /** Puts an item where it belongs; what is complete with it, if that is the message. */
  place(item: RespValue): RespValue | typeof INCOMPLETE {
    let value = item;
    for (let array = this.#open.at(-1); array !== undefined; array = this.#open.at(-1)) {
      array.items.push(value);
      if (array.items.length < array.length) return INCOMPLETE;
      this.#open.pop();
      value = array.items;
    }
    this.#announced = 0;
    return value;
  }

  clear(): void {
    this.#open = [];
    this.#announced = 0;
  }
}
