import { TcpSocketTransport } from '../../../src/index.ts';
import { describeTransport } from '../../../src/testing/conformance/describe-transport.ts';
import { certificates, type Certificates } from '../../certificates.ts';

let issued: Certificates;
beforeAll(async () => {
  issued = await certificates();
});

describeTransport(
  'TcpSocketTransport with TLS',
  () => ({
    server: new TcpSocketTransport({ tls: { secureContext: { ...issued.server, ca: issued.ca } } }),
    client: new TcpSocketTransport({ tls: { secureContext: { ca: issued.ca } } }),
    // A name that is never resolved.
    unanswered: { endpoint: 'silent.example:443', options: { lookup: () => undefined } },
  }),
  { traits: { unanswered: true }, patience: 10_000 },
);
