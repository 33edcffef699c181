import { UnixSocketTransport } from '../../../src/index.ts';
import { describeTransport } from '../../../src/testing/conformance/describe-transport.ts';

describeTransport(
  'UnixSocketTransport',
  () => ({ server: new UnixSocketTransport(), client: new UnixSocketTransport() }),
  { traits: { reset: false }, patience: 10_000 },
);
