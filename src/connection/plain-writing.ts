import { defer, from, map, type ObservableInput } from 'rxjs';
import { encoded } from '../framing/buffer-sink.ts';
import type { Encode } from '../framing/byte-sink.ts';
import type { Writing } from './byte-channel.ts';
import type { Connection } from './connection.ts';
import { isPromiseLike, toPullSource, type PullSource } from './pull-source.ts';

/** The writing half for encoded values, on a connection that is a plain object: each becomes a buffer of its own. */
export function plainWriting<Out>(
  connection: Pick<Connection, 'write' | 'send'>,
  encode: Encode<Out>,
): Writing<Out> {
  const toBytes = (value: Out): Buffer => encoded(encode, value);
  return {
    write: (value) => connection.write(toBytes(value)),
    send: (values) => defer(() => connection.send(mapped(values, toBytes))),
  };
}

/** The same source with other values; one that can be pulled is pulled still. */
function mapped<T, R>(values: ObservableInput<T>, change: (value: T) => R): ObservableInput<R> {
  const source = toPullSource(values);
  if (source === undefined) return from(values).pipe(map(change));
  return { [Symbol.asyncIterator]: () => mappedIterator(source, change) };
}

function mappedIterator<T, R>(source: PullSource<T>, change: (value: T) => R): AsyncIterator<R> {
  const changed = (result: IteratorResult<T, unknown>): IteratorResult<R, unknown> =>
    result.done === true ? result : { value: change(result.value) };
  return {
    async next() {
      const result = source.next();
      return changed(isPromiseLike(result) ? await result : result);
    },
    return() {
      source.cancel();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
}
