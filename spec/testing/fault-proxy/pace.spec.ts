import { concat, concatMap, defer, EMPTY, of, tap, type Observable, type SchedulerLike } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { Pace } from '../../../src/testing/fault-proxy/pace.ts';

const scheduler = (): TestScheduler =>
  new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  });

// A byte per millisecond, which is a frame.
const RATE = 1000;

/** Each value is a number of bytes, which is emitted when the link takes them; the end is when it has carried them all. */
function carried(source: Observable<number>, clock: SchedulerLike, rate = RATE): Observable<number> {
  const pace = new Pace(clock);
  const taken = source.pipe(
    tap((bytes) => {
      pace.arrived(bytes);
    }),
    concatMap((bytes) => {
      const take = defer(() => {
        pace.carried(bytes, rate);
        return of(bytes);
      });
      return concat(pace.free, take);
    }),
  );
  return concat(taken, pace.free);
}

const bytes = { a: 3, b: 5 };

describe('Pace', () => {
  it('is occupied by bytes for as long as the rate needs for them', () => {
    const clock = scheduler();
    clock.run(({ cold, expectObservable }) => {
      expectObservable(carried(cold('(aba|)', bytes), clock)).toBe('a--b----a--|', bytes);
    });
  });

  it('has saved nothing up while it had nothing to carry', () => {
    const clock = scheduler();
    clock.run(({ cold, expectObservable }) => {
      expectObservable(carried(cold('20ms (aa|)', bytes), clock)).toBe('20ms a--a--|', bytes);
      expectObservable(carried(cold('a 9ms (aa|)', bytes), clock)).toBe('a 9ms a--a--|', bytes);
    });
  });

  it('carries at once what has no limit', () => {
    const clock = scheduler();
    clock.run(({ cold, expectObservable }) => {
      expectObservable(carried(cold('(aba)|', bytes), clock, Infinity)).toBe('(aba)|', bytes);
    });
  });

  it('makes up for timers that come late, so that the mean is right', () => {
    const clock = scheduler();
    clock.run(({ cold, expectObservable }) => {
      const late: Pick<SchedulerLike, 'now' | 'schedule'> = {
        now: () => clock.now(),
        // Each comes 2 ms after it was due.
        schedule: (work: never, delay = 0, state?: never) => clock.schedule(work, delay + 2, state),
      };
      // 5 ms each: at 0, 5, 10 and 15, and not at 0, 7, 14 and 21.
      expectObservable(carried(cold('(bbbb|)', bytes), late)).toBe('b 6ms b 4ms b 4ms b 4ms |', bytes);
    });
  });

  it('makes up for them whatever arrives meanwhile', () => {
    const clock = scheduler();
    clock.run(({ cold, expectObservable }) => {
      const late: Pick<SchedulerLike, 'now' | 'schedule'> = {
        now: () => clock.now(),
        schedule: (work: never, delay = 0, state?: never) => clock.schedule(work, delay + 2, state),
      };
      // The third comes when the second was due, and before its timer.
      expectObservable(carried(cold('bb 4ms b|', bytes), late)).toBe('b 6ms b 4ms b 4ms |', bytes);
    });
  });

  it('gains nothing by timers that come early, as by a clock of whole milliseconds', () => {
    const clock = scheduler();
    clock.run(({ cold, expectObservable }) => {
      const early: Pick<SchedulerLike, 'now' | 'schedule'> = {
        now: () => clock.now(),
        schedule: (work: never, delay = 0, state?: never) =>
          clock.schedule(work, Math.max(0, delay - 1), state),
      };
      // 5 ms each: it waits 4, then 5 and once more 5, which is up to 15 and not to 12.
      expectObservable(carried(cold('(bbbb|)', bytes), early)).toBe('b 3ms b 4ms b 4ms b 4ms |', bytes);
    });
  });

  it('makes up for no more than 100 ms, after the other side has not read for long', () => {
    const clock = scheduler();
    clock.run(({ expectObservable }) => {
      const pace = new Pace(clock);
      pace.arrived(1000);
      pace.carried(1, RATE);
      const stuck = defer(() => {
        // A second has passed with nothing carried: 100 of what was missed is made up for.
        pace.carried(150, RATE);
        return EMPTY;
      });
      const waited = of(0).pipe(
        concatMap(() => concat(pace.free, stuckAfter(1000, clock), stuck, pace.free)),
      );
      expectObservable(waited).toBe('1051ms |');
    });
  });

  it('waits not much longer than the bytes need when the clock is set back', () => {
    const clock = scheduler();
    clock.run(({ expectObservable }) => {
      let back = 0;
      const pace = new Pace({ now: () => clock.now() - back, schedule: clock.schedule.bind(clock) });
      pace.arrived(100);
      pace.carried(3, RATE);
      back = 3_600_000;
      const next = defer(() => {
        pace.carried(5, RATE);
        return pace.free;
      });
      // At most 2 ms more than the bytes before need, and nothing more when that is over.
      expectObservable(concat(pace.free, next, next)).toBe('17ms |');
    });
  });
});

function stuckAfter(milliseconds: number, clock: TestScheduler): Observable<never> {
  return clock.createColdObservable<never>(`${milliseconds - 1}ms -|`);
}
