import type { TransportCase } from '../../../src/testing/conformance/transport-case.ts';
import { transportCases } from '../../../src/testing/conformance/transport-cases.ts';
import type {
  TransportTraits,
  TransportUnderTest,
} from '../../../src/testing/conformance/transport-under-test.ts';
import { SimulatedNetwork } from '../../../src/testing/simulation/simulated-network.ts';
import { SimulationScheduler } from '../../../src/testing/simulation/simulation-scheduler.ts';
import { brokenTransport } from './broken-transport/broken-transport.ts';
import type { Fault } from './broken-transport/fault.ts';
import { faults } from './broken-transport/faults.ts';

// All that a transport can be able to do: every case applies.
const traits: TransportTraits = { unanswered: true, window: 512 * 1024 };

/** In virtual time, where to wait in vain takes none. */
const withFault = (fault: Fault) => (): TransportUnderTest => {
  const scheduler = new SimulationScheduler();
  const network = new SimulatedNetwork({ scheduler, traceLimit: 0 });
  const silent = network.host('silent');
  network.dropSyn(silent);
  return {
    server: brokenTransport(network.host('server').transport(), fault),
    client: brokenTransport(network.host('client').transport(), fault),
    scheduler,
    drive: (work) => scheduler.settle(work),
    unanswered: { endpoint: 'silent:80' },
  };
};

/** What a case says of a fault, if it finds it. */
async function failure(one: TransportCase, fault: Fault): Promise<string | undefined> {
  try {
    await one.run(withFault(fault), { traits });
    return undefined;
  } catch (error) {
    return `${one.name}: ${String(error)}`;
  }
}

/** What the first case says that fails. */
async function firstFailure(fault: Fault): Promise<string | undefined> {
  for (const one of transportCases) {
    const found = await failure(one, fault);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function findsAny(one: TransportCase): Promise<boolean> {
  for (const fault of Object.values(faults)) {
    if ((await failure(one, fault)) !== undefined) return true;
  }
  return false;
}

describe('the conformance suite', () => {
  beforeEach(() => {
    // One of them prints.
    jest.spyOn(console, 'error').mockImplementation();
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

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

  it('has no case that every one of these transports passes: such a case would say nothing', async () => {
    expect(transportCases.filter((one) => one.notApplicable(traits) !== undefined)).toEqual([]);
    const blind: string[] = [];
    for (const one of transportCases) {
      if (!(await findsAny(one))) blind.push(one.name);
    }
    expect(blind).toEqual([]);
  }, 60_000);
});
