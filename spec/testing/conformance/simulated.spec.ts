import { describeTransport } from '../../../src/testing/conformance/describe-transport.ts';
import type { TransportUnderTest } from '../../../src/testing/conformance/transport-under-test.ts';
import type { SimulatedNetworkOptions } from '../../../src/testing/simulation/network-options.ts';
import { SimulatedNetwork } from '../../../src/testing/simulation/simulated-network.ts';
import { SimulationScheduler } from '../../../src/testing/simulation/simulation-scheduler.ts';

const over = (options: SimulatedNetworkOptions) => (): TransportUnderTest => {
  const scheduler = new SimulationScheduler();
  const network = new SimulatedNetwork({ ...options, scheduler, traceLimit: 0 });
  const silent = network.host('silent');
  network.dropSyn(silent);
  return {
    server: network.host('server').transport(),
    client: network.host('client').transport(),
    scheduler,
    drive: (work) => scheduler.settle(work),
    unanswered: { endpoint: 'silent:80' },
  };
};

const options = { traits: { unanswered: true, window: 512 * 1024 }, patience: 60_000 };

describeTransport('A simulated network', over({}), options);
describeTransport(
  'A slow simulated network',
  over({ latency: 30, jitter: 20, bandwidth: 10_000_000 }),
  options,
);
