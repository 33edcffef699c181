import { from, map, type ObservableInput } from 'rxjs';
import { hasMethod, isPromiseLike, toPullSource, type PullSource } from './pull-source.ts';

/** The same source with other values; one that can be pulled is pulled still, and gives at once what it gave at once. */
export function mapped<T, R>(values: ObservableInput<T>, change: (value: T) => R): ObservableInput<R> {
  const source = toPullSource(values);
  if (source === undefined) return from(values).pipe(map(change));
  const isAsync = hasMethod(values, 'getReader') || hasMethod(values, Symbol.asyncIterator);
  return isAsync
    ? { [Symbol.asyncIterator]: () => asyncIterator(source, change) }
    : { [Symbol.iterator]: () => iterator(source, change) };
}

function asyncIterator<T, R>(source: PullSource<T>, change: (value: T) => R): AsyncIterator<R> {
  return {
    async next() {
      return changed(await source.next(), change);
    },
    return() {
      source.cancel();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
}

function iterator<T, R>(source: PullSource<T>, change: (value: T) => R): Iterator<R> {
  return {
    next() {
      const result = source.next();
      // Only an asynchronous source gives Promises.
      return isPromiseLike(result) ? { done: true, value: undefined } : changed(result, change);
    },
    return() {
      source.cancel();
      return { done: true, value: undefined };
    },
  };
}

function changed<T, R>(
  result: IteratorResult<T, unknown>,
  change: (value: T) => R,
): IteratorResult<R, unknown> {
  return result.done === true ? result : { value: change(result.value) };
}
