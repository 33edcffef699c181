import { TestScheduler } from 'rxjs/testing';
import { delayInOrder } from '../../../src/testing/fault-proxy/delay-in-order.ts';

const scheduler = (): TestScheduler =>
  new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  });

/** One after the other, then 0. */
const delays =
  (...list: number[]): (() => number) =>
  () =>
    list.shift() ?? 0;

describe('delayInOrder', () => {
  it('delays each value and the end by a time of its own', () => {
    const clock = scheduler();
    clock.run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('                                      a---b---------|');
      expectObservable(source.pipe(delayInOrder(delays(2, 5, 3), clock))).toBe('--a------b-------|');
      expectSubscriptions(source.subscriptions).toBe('           ^-------------!');
    });
  });

  it('lets nothing overtake, whatever the delays are', () => {
    const clock = scheduler();
    clock.run(({ cold, expectObservable }) => {
      const source = cold('                                         a-b-----c--|');
      expectObservable(source.pipe(delayInOrder(delays(4, 1, 1, 2), clock))).toBe('----(ab)-c---|');
    });
  });

  it('lets several be on their way at the same time, so that a delay is no limit of the rate', () => {
    const clock = scheduler();
    clock.run(({ cold, expectObservable }) => {
      const source = cold('                                    abcde|');
      expectObservable(source.pipe(delayInOrder(() => 10, clock))).toBe('----------abcde|');
    });
  });

  it('passes on at once what has no delay', () => {
    const clock = scheduler();
    clock.run(({ cold, expectObservable }) => {
      expectObservable(cold('a-(bc)|').pipe(delayInOrder(() => 0, clock))).toBe('a-(bc)|');
    });
  });

  it('tells of an error at once, and what was on its way is lost', () => {
    const clock = scheduler();
    clock.run(({ cold, expectObservable }) => {
      expectObservable(cold('a-b--#').pipe(delayInOrder(() => 4, clock))).toBe('----a#');
    });
  });

  it('keeps for ever what has an infinite delay', () => {
    const clock = scheduler();
    clock.run(({ cold, expectObservable }) => {
      expectObservable(cold('a-b|').pipe(delayInOrder(delays(1, Infinity), clock))).toBe('-a');
    });
  });

  it('waits no longer than the delay when the clock is set back', () => {
    const clock = scheduler();
    clock.run(({ cold, expectObservable, flush }) => {
      let back = 0;
      const set = { now: () => clock.now() - back, schedule: clock.schedule.bind(clock) };
      const source = cold('a--b|');
      const sent = source.pipe(delayInOrder(delays(5, 5, 0), set));
      // While both are on their way.
      cold('----x|').subscribe(() => {
        back = 3_600_000;
      });
      // The second waits for the first, and its own delay at the most.
      expectObservable(sent).toBe('-----a----(b|)');
      flush();
    });
  });

  it('leaves no timer when it is unsubscribed', () => {
    const clock = scheduler();
    clock.run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a-b-c-');
      expectObservable(source.pipe(delayInOrder(() => 3, clock)), '----!').toBe('---a-');
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });
});
