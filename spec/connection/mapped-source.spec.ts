import { from, lastValueFrom, of, toArray, type ObservableInput } from 'rxjs';
import { mapped } from '../../src/connection/mapped-source.ts';
import { toPullSource } from '../../src/connection/pull-source.ts';

const upper = (text: string): string => text.toUpperCase();

async function* late(...values: readonly string[]): AsyncGenerator<string> {
  for (const value of values) yield Promise.resolve(value);
}

describe('mapped', () => {
  it.each<[string, ObservableInput<string>, readonly string[]]>([
    ['an array', ['a', 'b'], ['A', 'B']],
    ['a set', new Set(['a', 'b']), ['A', 'B']],
    ['text, which is one value', 'ab', ['AB']],
    ['an Observable', of('a', 'b'), ['A', 'B']],
    ['a Promise', Promise.resolve('a'), ['A']],
    ['an async iterable', late('a', 'b'), ['A', 'B']],
    ['a Web stream', ReadableStream.from(['a', 'b']), ['A', 'B']],
  ])('changes the values of %s', async (_, values, expected) => {
    expect(await lastValueFrom(from(mapped(values, upper)).pipe(toArray()))).toEqual(expected);
  });

  it('gives at once what the source gave at once', () => {
    const source = toPullSource(mapped(['a'], upper));
    expect(source?.next()).toEqual({ value: 'A' });
    expect(source?.next()).toMatchObject({ done: true });
  });

  it('pulls no more than it is asked for, and tells the source that nobody asks any more', () => {
    const pulled: string[] = [];
    function* values(): Generator<string> {
      try {
        for (const value of ['a', 'b', 'c']) {
          pulled.push(value);
          yield value;
        }
      } finally {
        pulled.push('over');
      }
    }
    const source = toPullSource(mapped(values(), upper));
    expect(pulled).toEqual([]);
    void source?.next();
    source?.cancel();
    expect(pulled).toEqual(['a', 'over']);
  });

  it('tells an asynchronous source as well', async () => {
    let isOver = false;
    async function* values(): AsyncGenerator<string> {
      try {
        yield* late('a', 'b');
      } finally {
        isOver = true;
      }
    }
    const source = toPullSource(mapped(values(), upper));
    await source?.next();
    source?.cancel();
    await new Promise(setImmediate);
    expect(isOver).toBe(true);
  });
});
