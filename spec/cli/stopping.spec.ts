import { map } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { Interrupted } from '../../src/cli/interrupted.ts';
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

  it('is out of time after the grace', () => {
    marbles().run(({ hot, expectObservable }) => {
      const failure = new Error('not over 10 ms after Ctrl-C: what was still open was reset');
      expectObservable(outOfTime({ stop: hot('--s') }, 10)).toBe('-- 10ms (f|)', { f: failure });
      expectObservable(outOfTime({ stop: hot('--s') }, Infinity)).toBe('-');
    });
  });

  it('is out of time at the second Ctrl-C', () => {
    marbles().run(({ hot, expectObservable }) => {
      const failure = new Interrupted('Ctrl-C again: what was still open was reset');
      expectObservable(outOfTime({ stop: hot('--s--s--s') }, 10)).toBe('-----(f|)', { f: failure });
    });
  });
});
