import { isObservable, type ObservableInput } from 'rxjs';
import { isUint8Array } from '../framing/bytes.ts';

// What marks an Observable of another library, or of another copy of RxJS (the TC39 proposal, as RxJS reads it).
const symbol: unknown = Reflect.get(Symbol, 'observable');
const OBSERVABLE: PropertyKey = typeof symbol === 'symbol' ? symbol : '@@observable';

/** A source that gives a value when asked, and can be told that nobody will ask again. */
export interface PullSource<T> {
  next(): IteratorResult<T, unknown> | PromiseLike<IteratorResult<T, unknown>>;
  cancel(): void;
}

/**
 * The pulling side of an ObservableInput; undefined for Observables and Promises, which push.
 *
 * RxJS would turn every input into a push; here a source that can wait is made to wait for the peer.
 */
export function toPullSource<T>(input: ObservableInput<T> | null | undefined): PullSource<T> | undefined {
  // Text is an iterable of its characters and a buffer one of numbers, but each is meant and sent as one value.
  if (typeof input === 'string' || isUint8Array(input)) return fromIterator([input as T].values(), input);
  if (typeof input !== 'object' || input === null || isObservable(input) || OBSERVABLE in input)
    return undefined;
  // The reader and not the iterator of a Web stream, because only the reader can cancel while a read is pending.
  if (hasMethod(input, 'getReader')) return fromReader(input.getReader() as unknown as StreamReader<T>);
  if (hasMethod(input, Symbol.asyncIterator)) {
    return fromIterator(input[Symbol.asyncIterator](), input);
  }
  if (hasMethod(input, Symbol.iterator)) return fromIterator(input[Symbol.iterator](), input);
  if ('length' in input) return fromIterator(Array.from(input).values(), input);
  return undefined;
}

export function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return hasMethod(value, 'then');
}

interface StreamReader<T> {
  read(): PromiseLike<IteratorResult<T, unknown>>;
  cancel(): PromiseLike<void>;
}

function fromReader<T>(reader: StreamReader<T>): PullSource<T> {
  return { next: () => reader.read(), cancel: () => void reader.cancel().then(undefined, ignore) };
}

function fromIterator<T>(iterator: Iterator<T> | AsyncIterator<T>, input: unknown): PullSource<T> {
  return {
    next: () => iterator.next(),
    cancel: () => {
      // `return` of a Node stream's iterator waits for the pending read, which may never come; destroy does not.
      if (hasMethod(input, 'destroy')) input.destroy();
      const returned: unknown = iterator.return?.();
      if (isPromiseLike(returned)) returned.then(undefined, ignore);
    },
  };
}

/** Whether it is an object with a method of that name. */
export function hasMethod<K extends PropertyKey>(value: unknown, name: K): value is Record<K, () => unknown> {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === 'function';
}

/** A source that was told to stop has nothing to say to us any more, not even that stopping failed. */
function ignore(): void {
  // deliberately empty
}
