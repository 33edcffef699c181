import { map, take } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { liveScreen } from '../../src/cli/live-screen.ts';

describe('liveScreen', () => {
  it('draws at once, twice a second, and at once when it is told to stop', () => {
    const scheduler = new TestScheduler((actual, expected) => {
      expect(actual).toEqual(expected);
    });
    scheduler.run(({ hot, expectObservable }) => {
      const lines = liveScreen({ stop: hot('600ms s') }, (ending) => [`drawn${ending}`]).pipe(
        map((output) => (output.kind === 'screen' ? output.lines[0] : output.text)),
        take(4),
      );
      expectObservable(lines).toBe('a 499ms a 99ms b 399ms (b|)', {
        a: 'drawn',
        b: 'drawn; Ctrl-C again ends it at once',
      });
    });
  });
});
