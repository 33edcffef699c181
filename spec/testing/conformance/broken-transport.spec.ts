import { transportCases } from '../../../src/testing/conformance/transport-cases.ts';
import type {
  TransportTraits,
  TransportUnderTest,
} from '../../../src/testing/conformance/transport-under-test.ts';
import { SimulatedNetwork } from '../../../src/testing/simulation/simulated-network.ts';
import { SimulationScheduler } from '../../../src/testing/simulation/simulation-scheduler.ts';
import { brokenTransport, faults, type Fault } from './broken-transport.ts';

const traits: TransportTraits = { window: 512 * 1024 };

/** In virtual time, where to wait in vain takes none. */
const withFault = (fault: Fault) => (): TransportUnderTest => {
  const scheduler = new SimulationScheduler();
  const network = new SimulatedNetwork({ scheduler, traceLimit: 0 });
  return {
    server: brokenTransport(network.host('server').transport(), fault),
    client: brokenTransport(network.host('client').transport(), fault),
    scheduler,
    drive: (work) => scheduler.settle(work),
  };
};

/** The name of the first case that fails, and what it says. */
async function firstFailure(fault: Fault): Promise<string | undefined> {
  for (const one of transportCases) {
    if (one.notApplicable(traits) !== undefined) continue;
    try {
      await one.run(withFault(fault), { traits });
    } catch (error) {
      return `${one.name}: ${String(error)}`;
    }
  }
  return undefined;
}

describe('the conformance suite', () => {
  it('finds no fault in a wrapper that has none', async () => {
    expect(await firstFailure({})).toBeUndefined();
  });

  it.each(Object.entries(faults))(
    'finds out a transport that %s',
    async (_name, fault) => {
      expect(await firstFailure(fault)).toBeDefined();
    },
    60_000,
  );
});
