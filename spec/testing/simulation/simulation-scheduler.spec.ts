import {
  debounceTime,
  interval,
  map,
  NEVER,
  of,
  delay,
  take,
  timeout,
  timer,
  firstValueFrom,
  mergeMap,
  from,
} from 'rxjs';
import { SimulationScheduler } from '../../../src/testing/index.ts';

describe('SimulationScheduler', () => {
  it('does not advance for ever, which would be no time to schedule at', () => {
    const scheduler = new SimulationScheduler();
    expect(() => {
      scheduler.advance(Infinity);
    }).toThrow('advance got Infinity; flush runs until nothing is left');
    expect(scheduler.now()).toBe(0);
  });

  it('stands still until it is told to go on, and runs what is due in its order', () => {
    const scheduler = new SimulationScheduler();
    const ran: string[] = [];
    timer(30, scheduler).subscribe(() => ran.push(`c at ${scheduler.now()}`));
    timer(10, scheduler).subscribe(() => ran.push(`a at ${scheduler.now()}`));
    timer(10, scheduler).subscribe(() => ran.push(`b at ${scheduler.now()}`));
    expect(ran).toEqual([]);
    scheduler.advance(20);
    expect([ran, scheduler.now()]).toEqual([['a at 10', 'b at 10'], 20]);
    scheduler.flush();
    expect([ran, scheduler.now()]).toEqual([['a at 10', 'b at 10', 'c at 30'], 30]);
  });

  it('lets what repeats repeat, up to the moment it is told', () => {
    const scheduler = new SimulationScheduler();
    const ticks: number[] = [];
    const ticking = interval(100, scheduler).subscribe((tick) => ticks.push(tick));
    scheduler.flush(350);
    expect([ticks, scheduler.now()]).toEqual([[0, 1, 2], 350]);
    ticking.unsubscribe();
    expect(scheduler.next).toBeUndefined();
  });

  it('drives the operators of RxJS', () => {
    const scheduler = new SimulationScheduler();
    const seen: unknown[] = [];
    interval(10, scheduler)
      .pipe(take(3), debounceTime(5, scheduler))
      .subscribe((value) => seen.push(value));
    of('late')
      .pipe(delay(40, scheduler))
      .subscribe((value) => seen.push(value));
    NEVER.pipe(timeout({ each: 50, scheduler })).subscribe({ error: () => seen.push('timeout') });
    scheduler.flush();
    expect(seen).toEqual([0, 1, 2, 'late', 'timeout']);
  });

  it('forgets what was unsubscribed, and never runs what is due at Infinity', () => {
    const scheduler = new SimulationScheduler();
    const ran = jest.fn();
    timer(10, scheduler).subscribe(ran).unsubscribe();
    scheduler.schedule(ran, Infinity);
    expect(scheduler.step()).toBe(false);
    expect(ran).not.toHaveBeenCalled();
  });

  it('goes on after an action has thrown', () => {
    const scheduler = new SimulationScheduler();
    scheduler.schedule(() => {
      throw new Error('mine');
    });
    const ran = jest.fn();
    scheduler.schedule(ran, 10);
    expect(() => {
      scheduler.flush();
    }).toThrow('mine');
    scheduler.flush();
    expect(ran).toHaveBeenCalledTimes(1);
  });

  it('gives Promises their turns while it settles one', async () => {
    const scheduler = new SimulationScheduler();
    const work = firstValueFrom(
      timer(60_000, scheduler).pipe(
        mergeMap(() => from(Promise.resolve().then(() => 'kept'))),
        mergeMap((text) => timer(60_000, scheduler).pipe(map(() => `${text} at ${scheduler.now()}`))),
      ),
    );
    expect(await scheduler.settle(work)).toBe('kept at 120000');
    await expect(scheduler.settle(Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  });

  it('says so when nothing is left that could settle a Promise', async () => {
    const scheduler = new SimulationScheduler();
    scheduler.advance(5);
    const never = new Promise(() => undefined);
    await expect(scheduler.settle(never)).rejects.toThrow('at 5 ms nothing is left to happen');
  });
});
