import fc from 'fast-check';
import {
  asapScheduler,
  concat,
  defer,
  EMPTY,
  ignoreElements,
  lastValueFrom,
  map,
  of,
  scheduled,
  timer,
  toArray,
  type Observable,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { eachSlice } from '../../../src/testing/fault-proxy/each-slice.ts';

const scheduler = (): TestScheduler =>
  new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  });

/** A marble is a chunk of that text, or a slice. */
const texts = { a: 'abcde', f: 'fg', 1: 'ab', 2: 'cd', 3: 'e' };
const chunks = (source: Observable<string>): Observable<Buffer> =>
  source.pipe(map((text) => Buffer.from(text)));
/** A slice takes two frames. */
const slowly = (slice: Buffer): Observable<string> =>
  concat(of(slice.toString()), timer(2).pipe(ignoreElements()));

describe('eachSlice', () => {
  it('works on one slice after the other, and ends after the last one', () => {
    scheduler().run(({ cold, expectObservable }) => {
      const slices = chunks(cold('a-------f|', texts)).pipe(eachSlice(of(2), slowly));
      expectObservable(slices).toBe('1-2-3---f-|', texts);
      const whole = chunks(cold('af|', texts)).pipe(eachSlice(of(100), slowly));
      expectObservable(whole).toBe('a-f-|', texts);
    });
  });

  it('asks for the size of a slice when it may go, and not before the one in front of it is done', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const size = cold('--s|', { s: 3 });
      const slices = chunks(cold('(f|)', { f: 'abcde' })).pipe(
        eachSlice(size, (slice) => timer(4).pipe(map(() => slice.toString()))),
      );
      expectObservable(slices).toBe('------x-----(y|)', { x: 'abc', y: 'de' });
      expectSubscriptions(size.subscriptions).toBe(['^-!', '------^-!']);
    });
  });

  it('gives all bytes in their order, in slices of at most the size, for any chunks and sizes', async () => {
    const someChunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 6 });
    const someSizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(someChunks, someSizes, async (arrays, sizes) => {
        const asked: number[] = [];
        const size = defer(() => {
          const next = sizes[asked.length % sizes.length] ?? 1;
          asked.push(next);
          return of(next);
        });
        const buffers = arrays.map((array) => Buffer.from(array));
        const sliced = of(...buffers).pipe(
          eachSlice(size, (slice) => scheduled([slice], asapScheduler)),
          toArray(),
        );
        const slices = await lastValueFrom(sliced, { defaultValue: [] });
        expect(Buffer.concat(slices)).toEqual(Buffer.concat(buffers));
        expect(asked).toHaveLength(slices.length);
        slices.forEach((slice, index) => {
          expect(slice.length).toBeLessThanOrEqual(asked[index] ?? 0);
          expect(slice.length).toBeGreaterThan(0);
        });
        // A slice is shorter than was asked for at the end of a chunk only.
        expect(
          slices.filter((slice, index) => slice.length < (asked[index] ?? 0)).length,
        ).toBeLessThanOrEqual(buffers.length);
      }),
    );
  });

  it('cuts nothing of a source that ends at once', () => {
    scheduler().run(({ expectObservable }) => {
      expectObservable(EMPTY.pipe(eachSlice(of(1), () => of(0)))).toBe('|');
    });
  });
});
