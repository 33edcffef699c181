import { map } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { outOfTime, stoppingNote } from '../../src/cli/stopping.ts';

const marbles = (): TestScheduler =>
  new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  });

describe('stopping', () => {
  it('is told once, when it takes a while', () => {
    marbles().run(({ hot, expectObservable }) => {
      const said = stoppingNote({ stop: hot('--s 500ms s') }).pipe(
        map((output) => (output.kind === 'note' ? output.text : '')),
      );
      expectObservable(said).toBe('-- 300ms (n|)', { n: 'stopping; Ctrl-C again ends it at once' });
    });
  });

  it('is out of time after the grace, from the first Ctrl-C on', () => {
    marbles().run(({ hot, expectObservable }) => {
      const failure = new Error('not over 10 ms after Ctrl-C: what was still open was reset');
      expectObservable(outOfTime({ stop: hot('--s--s') }, 10)).toBe('-- 10ms (f|)', { f: failure });
      expectObservable(outOfTime({ stop: hot('--s--s') }, Infinity)).toBe('-');
    });
  });
});
