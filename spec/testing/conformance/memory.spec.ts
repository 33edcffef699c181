import { describeTransport } from '../../../src/testing/conformance/describe-transport.ts';
import { memoryTransport } from '../../../src/testing/memory-transport.ts';

describeTransport(
  'memoryTransport',
  () => {
    // Each call makes a network of its own, so there is one transport, which dials itself.
    const transport = memoryTransport();
    return { server: transport, client: transport };
  },
  { traits: { apart: false, window: 512 * 1024 }, patience: 10_000 },
);
