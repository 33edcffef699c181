import { Subscription } from 'rxjs';
import { SimulationScheduler } from '../../../src/testing/index.ts';
import { Machine } from '../../../src/testing/simulation/simulated-host.ts';
import { virtualEventLoop } from '../../../src/testing/simulation/virtual-event-loop.ts';

describe('the ports of a host', () => {
  it('are each given once until they are given back, and then there are none', () => {
    const scheduler = new SimulationScheduler();
    const machine = new Machine('a', '10.0.0.1', {
      loop: virtualEventLoop(scheduler),
      scheduler,
      after: () => Subscription.EMPTY,
      resolve: (name) => name,
      sendSyn: () => undefined,
      note: () => undefined,
    });
    const ports = Array.from({ length: 16_384 }, () => machine.takePort());
    expect(new Set(ports).size).toBe(16_384);
    expect(() => machine.takePort()).toThrow('EADDRNOTAVAIL');
    machine.givePort(50_000);
    expect(machine.takePort()).toBe(50_000);
  });
});
