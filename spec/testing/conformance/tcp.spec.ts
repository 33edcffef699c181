import { TcpSocketTransport } from '../../../src/index.ts';
import { describeTransport } from '../../../src/testing/conformance/describe-transport.ts';

describeTransport(
  'TcpSocketTransport',
  () => ({
    server: new TcpSocketTransport(),
    client: new TcpSocketTransport(),
    // A name that is never resolved.
    unanswered: { endpoint: 'silent.example:80', options: { lookup: () => undefined } },
  }),
  { traits: { unanswered: true }, patience: 10_000 },
);
