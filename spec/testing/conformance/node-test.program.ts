// The conformance suite under node:test, which has no globals, over TCP; see docs/conformance.md.
import { describe, it } from 'node:test';
import { TcpSocketTransport } from '../../../src/index.ts';
import { describeTransport } from '../../../src/testing/conformance/describe-transport.ts';

describeTransport(
  'TcpSocketTransport',
  () => ({ server: new TcpSocketTransport(), client: new TcpSocketTransport() }),
  { runner: { describe, it }, patience: 10_000 },
);
