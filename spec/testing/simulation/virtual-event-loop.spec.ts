import { SimulationScheduler } from '../../../src/testing/index.ts';
import { virtualEventLoop } from '../../../src/testing/simulation/virtual-event-loop.ts';

describe('virtualEventLoop', () => {
  it('runs what is to come next without letting time pass, in the order of asking', () => {
    const scheduler = new SimulationScheduler();
    const loop = virtualEventLoop(scheduler);
    const ran: string[] = [];
    loop.setImmediate((what) => ran.push(what), 'a');
    loop.nextTick((what) => ran.push(what), 'b');
    expect(ran).toEqual([]);
    scheduler.flush();
    expect([ran, scheduler.now()]).toEqual([['a', 'b'], 0]);
  });

  it('lets who counts the time in turns see it pass, so that he does not go on for ever', () => {
    const scheduler = new SimulationScheduler();
    const loop = virtualEventLoop(scheduler);
    const begin = loop.now();
    let turns = 0;
    const goOn = (): void => {
      turns += 1;
      if (loop.now() - begin < 0.05 && turns < 100) loop.setImmediate(goOn, undefined);
    };
    goOn();
    scheduler.flush();
    expect([turns, scheduler.now()]).toEqual([2, 0]);
  });
});
