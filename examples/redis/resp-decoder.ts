import { INCOMPLETE, type Decoder } from 'rxjs-net';
import { inlineCommand } from './inline-command.ts';
import { integer64 } from './integer64.ts';
import { MessageBytes } from './message-bytes.ts';
import { OpenArrays } from './open-arrays.ts';
import { invalid, tooLong, truncated } from './resp-errors.ts';
import type { RespLimits } from './resp-limits.ts';
import { RespError, type RespValue } from './resp-value.ts';

const [CR, LF] = [0x0d, 0x0a];
// Bytes of a line: a simple string, an error, an inline command, or the head of something longer.
const MAX_LINE = 4096;
// The head of an array, whose items are to come.
const OPENED = Symbol('opened');

type Item = RespValue | typeof OPENED | typeof INCOMPLETE;

/** Decodes item by item, each of them once, without recursion. */
export class RespDecoder implements Decoder<RespValue> {
  readonly #limits: RespLimits;
  readonly #bytes = new MessageBytes();
  readonly #open = new OpenArrays();
  // Of the item that is not all there; 0 if that is not known yet.
  #itemLength = 0;

  constructor(limits: RespLimits) {
    this.#limits = limits;
  }

  push(chunk: Buffer): void {
    this.#bytes.push(chunk);
  }

  next(): RespValue | typeof INCOMPLETE {
    for (;;) {
      this.#itemLength = 0;
      const item = this.#item();
      if (item === INCOMPLETE) {
        this.#bytes.keep(this.#itemLength);
        return INCOMPLETE;
      }
      const message = item === OPENED ? INCOMPLETE : this.#open.place(item);
      if (message === INCOMPLETE) continue;
      this.#bytes.forget();
      return message;
    }
  }

  end(): typeof INCOMPLETE {
    if (this.begun) throw truncated(this.#bytes.lengthTo(this.#bytes.at));
    return INCOMPLETE;
  }

  get begun(): boolean {
    return this.#bytes.begun;
  }

  rest(): Buffer {
    this.#open.clear();
    return this.#bytes.rest();
  }

  #item(): Item {
    const { chunk, at } = this.#bytes;
    const lineFeed = chunk.indexOf(LF, at);
    const came = (lineFeed < 0 ? chunk.length : lineFeed) - at;
    if (came > MAX_LINE) throw tooLong(`a line has at least ${came} bytes`);
    if (lineFeed < 0) return INCOMPLETE;
    const end = came > 0 && chunk[lineFeed - 1] === CR ? lineFeed - 1 : lineFeed;
    return this.#value(String.fromCharCode(chunk[at] ?? 0), chunk.subarray(at, end), lineFeed + 1);
  }

  #value(type: string, line: Buffer, next: number): Item {
    const text = line.toString('latin1', 1);
    switch (type) {
      case '+':
        return this.#took(line.toString('utf8', 1), next);
      case '-':
        return this.#took(new RespError(line.toString('utf8', 1)), next);
      case ':':
        return this.#took(integerOf(text), next);
      case '$':
        return this.#bulk(lengthOf(text, 'bulk'), next);
      case '*':
        return this.#array(lengthOf(text, 'multibulk'), next);
      default:
        return this.#took(this.#inline(type, line), next);
    }
  }

  #took<T>(item: T, next: number): T {
    this.#requireRoom(next);
    this.#bytes.at = next;
    return item;
  }

  #bulk(length: number, from: number): Item {
    if (length < 0) return this.#took(null, from);
    if (length > this.#limits.maxBulkLength) throw tooLong(`a bulk string has ${length} bytes`);
    const { chunk, at } = this.#bytes;
    const to = from + length;
    // Before any memory is taken for it.
    this.#requireRoom(to + 2);
    this.#itemLength = to + 2 - at;
    if (chunk.length < to + 2) return INCOMPLETE;
    if (chunk[to] !== CR || chunk[to + 1] !== LF) throw invalid('a bulk string is longer than it says');
    return this.#took(chunk.subarray(from, to), to + 2);
  }

  #array(length: number, next: number): Item {
    if (length <= 0) return this.#took(length < 0 ? null : [], next);
    const items = this.#open.announced + length;
    if (items > this.#limits.maxItems) throw tooLong(`a message has at least ${items} items`);
    if (this.#open.depth === this.#limits.maxDepth) throw tooLong('too many arrays within arrays');
    this.#open.open(length);
    return this.#took(OPENED, next);
  }

  #inline(type: string, line: Buffer): RespValue {
    if (this.#limits.inline && this.#open.depth === 0) return inlineCommand(line);
    throw invalid(`expected a type, got ${JSON.stringify(type)}`);
  }

  #requireRoom(to: number): void {
    const length = this.#bytes.lengthTo(to);
    if (length > this.#limits.maxFrameLength) throw tooLong(`a message has at least ${length} bytes`);
  }
}

function integerOf(text: string): number | bigint {
  const value = integer64(text);
  if (value === undefined) throw invalid('invalid integer');
  return Number.isSafeInteger(Number(text)) ? Number(text) : value;
}

function lengthOf(text: string, what: 'bulk' | 'multibulk'): number {
  if (!/^(?:-1|\d{1,10})$/u.test(text)) throw invalid(`invalid ${what} length`);
  return Number(text);
}
