import { TcpSocketTransport } from '../../../src/index.ts';
import { transportCases } from '../../../src/testing/conformance/transport-cases.ts';
import type { TransportUnderTest } from '../../../src/testing/conformance/transport-under-test.ts';
import { brokenTransport, faults, type Fault } from './broken-transport.ts';

const withFault = (fault: Fault) => (): TransportUnderTest => ({
  server: brokenTransport(new TcpSocketTransport(), fault),
  client: brokenTransport(new TcpSocketTransport(), fault),
});

/** The name of the first case that fails, and what it says. */
async function firstFailure(fault: Fault, patience: number): Promise<string | undefined> {
  for (const one of transportCases) {
    if (one.notApplicable({}) !== undefined) continue;
    try {
      await one.run(withFault(fault), { patience });
    } catch (error) {
      return `${one.name}: ${String(error)}`;
    }
  }
  return undefined;
}

describe('the conformance suite', () => {
  it('finds no fault in a wrapper that has none', async () => {
    expect(await firstFailure({}, 10_000)).toBeUndefined();
  }, 60_000);

  it.each(Object.entries(faults))(
    'finds out a transport that %s',
    async (_name, fault) => {
      expect(await firstFailure(fault, 500)).toBeDefined();
    },
    60_000,
  );
});
