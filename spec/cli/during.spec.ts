import { TestScheduler } from 'rxjs/testing';
import { during } from '../../src/cli/during.ts';

const marbles = (): TestScheduler =>
  new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  });

describe('during', () => {
  it.each([
    ['ends what is said besides with the main thing', '--a---b-|', '----x---------y', '--a-x-b-|'],
    ['goes on when there is nothing more to say besides', '--a---b-|', '-x|', '-xa---b-|'],
    ['fails with the main thing', '--a---#', '----x-------', '--a-x-#'],
    ['keeps what both say at once', '(ab|)', '-x', '(ab|)'],
  ])('%s', (_, main, aside, expected) => {
    marbles().run(({ cold, expectObservable }) => {
      expectObservable(during(cold(main), cold(aside))).toBe(expected);
    });
  });
});
