import { SimulationScheduler } from '../../../src/testing/simulation/simulation-scheduler.ts';
import { virtualEventLoop } from '../../../src/testing/simulation/virtual-event-loop.ts';

describe('the virtual event loop', () => {
  it('runs what is due in the order of the calls, and no time of the scheduler passes', () => {
    const scheduler = new SimulationScheduler();
    const loop = virtualEventLoop(scheduler);
    const ran: string[] = [];
    const run = (name: string): void => {
      ran.push(name);
    };
    loop.nextTick(run, 'a tick');
    loop.setImmediate(run, 'a turn');
    expect(ran).toEqual([]);
    scheduler.flush();
    expect([ran, scheduler.now()]).toEqual([['a tick', 'a turn'], 0]);
  });

  it('lets whoever goes from turn to turn until a while has passed come to an end', () => {
    const scheduler = new SimulationScheduler();
    const loop = virtualEventLoop(scheduler);
    const began = loop.now();
    let turns = 0;
    const wait = (): void => {
      turns += 1;
      if (turns < 1_000 && loop.now() - began < 1) loop.setImmediate(wait, undefined);
    };
    wait();
    scheduler.flush();
    expect(turns).toBeLessThan(100);
    expect(scheduler.now()).toBe(0);
  });
});
