import type { Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { untaken } from '../../src/cli/untaken.ts';

type Stream = Parameters<typeof untaken>[0][number];

const marbles = (): TestScheduler =>
  new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  });

const EMPTY: Stream = { writableLength: 0, write: () => true };

/** A stream with something in it, which is taken when that emits. */
function full(taken: Observable<unknown>): Stream {
  const write = (_: unknown, done: unknown): boolean => {
    taken.subscribe(done as () => void);
    return true;
  };
  return { writableLength: 1, write };
}

describe('what is untaken', () => {
  it('is told after a time, while one of the streams still has something', () => {
    marbles().run(({ cold, expectObservable }) => {
      expectObservable(untaken([EMPTY, full(cold('--t')), full(cold('-'))], 5)).toBe('-----(0|)', { 0: 0 });
    });
  });

  it('is nothing as soon as all of them are empty', () => {
    marbles().run(({ cold, expectObservable }) => {
      expectObservable(untaken([EMPTY, full(cold('--t'))], 5)).toBe('--|');
      expectObservable(untaken([EMPTY, EMPTY], 5)).toBe('|');
    });
  });
});
