import { describeTransport } from '../../../src/testing/conformance/describe-transport.ts';
import { memoryTransport } from '../../../src/testing/index.ts';

describeTransport(
  'memoryTransport',
  () => {
    const server = memoryTransport();
    return { server, client: server.sibling() };
  },
  { traits: { window: 512 * 1024 }, patience: 10_000 },
);
