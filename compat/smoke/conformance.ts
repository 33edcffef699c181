import { TcpSocketTransport, UnixSocketTransport } from 'rxjs-net';
import {
  memoryTransport,
  transportCases,
  type TransportTraits,
  type TransportUnderTest,
} from 'rxjs-net/testing';
import type { Check } from './check.ts';
import { tlsOptions, type Issued } from './issued.ts';

// As in the specs: no wait fails for a busy machine, and one that fails costs no more.
const PATIENCE = 10_000;

interface Medium {
  readonly name: string;
  readonly traits: TransportTraits;
  make(): TransportUnderTest;
}

/** The whole conformance suite over every transport of the package. */
export function conformanceChecks(issued: Issued): Check[] {
  const tls = tlsOptions(issued);
  const media: readonly Medium[] = [
    {
      name: 'tcp',
      traits: {},
      make: () => ({ server: new TcpSocketTransport(), client: new TcpSocketTransport() }),
    },
    {
      name: 'tls',
      traits: {},
      make: () => ({
        server: new TcpSocketTransport({ tls: tls.server }),
        client: new TcpSocketTransport({ tls: tls.client }),
      }),
    },
    {
      name: 'unix',
      traits: { reset: false },
      make: () => ({ server: new UnixSocketTransport(), client: new UnixSocketTransport() }),
    },
    {
      name: 'memory',
      traits: { window: 512 * 1024 },
      make: () => {
        const server = memoryTransport();
        return { server, client: server.sibling() };
      },
    },
  ];
  return media.flatMap(({ name, traits, make }) =>
    transportCases
      .filter((one) => one.notApplicable(traits) === undefined)
      .map((one) => ({
        name: `${name}: ${one.name}`,
        run: () => one.run(make, { traits, patience: PATIENCE }),
      })),
  );
}
