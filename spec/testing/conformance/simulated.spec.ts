import { describeTransport } from '../../../src/testing/conformance/describe-transport.ts';
import { SimulatedNetwork, SimulationScheduler } from '../../../src/testing/index.ts';

describeTransport(
  'a transport of a simulated host',
  () => {
    const scheduler = new SimulationScheduler();
    const network = new SimulatedNetwork({ scheduler, seed: 3, latency: 5, jitter: 2, chunking: 'random' });
    return {
      server: network.host('server').transport(),
      client: network.host('client').transport(),
      scheduler,
      drive: (work) => scheduler.settle(work),
      // No host has this address.
      unanswered: { endpoint: '10.9.9.9:80' },
    };
  },
  { traits: { unanswered: true }, patience: 60_000 },
);
