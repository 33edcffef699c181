import { Subject, type ObservableInput } from 'rxjs';
import type { Bytes } from '../src/index.ts';

/** How the values of a send come: pushed by an Observable, pulled from an iterable, or pulled and awaited. */
export type SourceKind = 'push' | 'pull' | 'await';

/** The source of a send, which the run feeds. */
export interface SendSource {
  readonly kind: SourceKind;
  readonly values: ObservableInput<Bytes>;
  /** Whether the library has let go of it. */
  readonly released: () => boolean;
  /** How many values it has not been asked for. */
  readonly left: () => number;
  /** One more value; made when it is handed over, so that values are numbered in the order of the wire. */
  feed(make: () => Bytes): void;
  /** No more values. */
  finish(): void;
  fail(error: Error): void;
}

export function sendSource(kind: SourceKind): SendSource {
  if (kind === 'push') return pushing();
  return pulled(kind);
}

function pushing(): SendSource {
  const values = new Subject<Bytes>();
  return {
    kind: 'push',
    values,
    released: () => !values.observed,
    left: () => 0,
    feed: (make) => {
      if (values.observed) values.next(make());
    },
    finish: () => {
      values.complete();
    },
    fail: (error) => {
      values.error(error);
    },
  };
}

interface Asked {
  readonly resolve: (result: IteratorResult<Bytes, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * An iterator with a queue. Where it has to be awaited, it gives a thenable that calls back at once: with a Promise, other
 * values could be handed over between the moment when this one is made and when it is taken.
 */
function pulled(kind: 'pull' | 'await'): SendSource {
  const queue: (() => Bytes)[] = [];
  let asked: Asked | undefined;
  let over: { readonly error?: Error } | undefined;
  // Nobody has it before it is asked for a value.
  let released = true;
  let stopped = false;
  const answer = ({ resolve, reject }: Asked): boolean => {
    const make = queue.shift();
    if (make !== undefined) resolve({ done: false, value: make() });
    else if (over?.error !== undefined) reject(over.error);
    else if (over !== undefined) resolve({ done: true, value: undefined });
    else return false;
    return true;
  };
  const serve = (): void => {
    const waiting = asked;
    if (waiting === undefined || stopped) return;
    // Before it is answered, because it may ask again from within.
    asked = undefined;
    if (!answer(waiting)) asked = waiting;
  };
  const next = {
    then: (resolve: Asked['resolve'], reject: Asked['reject']): void => {
      asked = { resolve, reject };
      serve();
    },
  };
  const stop = (): void => {
    stopped = true;
    released = true;
  };
  const iterator = {
    next: () => {
      released = false;
      return next as unknown as Promise<IteratorResult<Bytes, undefined>>;
    },
    return: () => {
      stop();
      return Promise.resolve({ done: true as const, value: undefined });
    },
  };
  const iterable = { [Symbol.asyncIterator]: () => iterator };
  return {
    kind,
    values: kind === 'await' ? iterable : all(queue, stop),
    released: () => released || over !== undefined,
    left: () => queue.length,
    feed: (make) => {
      queue.push(make);
      serve();
    },
    finish: () => {
      over = {};
      serve();
    },
    fail: (error) => {
      over = { error };
      serve();
    },
  };
}

/** What is in the queue when it is asked, and then no more. */
function all(queue: (() => Bytes)[], release: () => void): Iterable<Bytes> {
  return {
    [Symbol.iterator]: () => ({
      next: () => {
        const make = queue.shift();
        return make === undefined ? { done: true, value: undefined } : { done: false, value: make() };
      },
      return: () => {
        release();
        return { done: true, value: undefined };
      },
    }),
  };
}
