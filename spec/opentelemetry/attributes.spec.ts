import fc from 'fast-check';
import { TransportError, type ConnectionOpened, type Endpoint } from '../../src/index.ts';
import {
  connectionAttributes,
  errorType,
  kindOf,
  networkType,
  peerAttributes,
  serverAttributes,
} from '../../src/opentelemetry/attributes.ts';

describe('the attributes of OpenTelemetry', () => {
  it.each<[Endpoint, object]>([
    ['host:7', { 'server.address': 'host', 'server.port': 7, 'network.transport': 'tcp' }],
    ['tls://[::1]:7', { 'server.address': '::1', 'server.port': 7, 'network.transport': 'tcp' }],
    ['unix:/run/app.sock', { 'server.address': '/run/app.sock', 'network.transport': 'unix' }],
    ['unix:', { 'network.transport': 'unix' }],
  ])('name the server %s', (endpoint, attributes) => {
    expect(serverAttributes(endpoint)).toEqual(attributes);
  });

  it.each<[Endpoint, object]>([
    ['127.0.0.1:7', { 'network.type': 'ipv4' }],
    ['[::ffff:127.0.0.1]:7', { 'network.type': 'ipv4' }],
    ['tls://[fe80::1%eth0]:7', { 'network.type': 'ipv6' }],
    ['localhost:7', {}],
    ['unix:/run/app.sock', {}],
  ])('tell the type of the network of %s, as far as it is known', (endpoint, attributes) => {
    expect(networkType(endpoint)).toEqual(attributes);
  });

  it.each<[Endpoint, object]>([
    ['10.0.0.2:50000', { 'network.peer.address': '10.0.0.2', 'network.peer.port': 50_000 }],
    ['unix:', {}],
  ])('name the peer %s', (remote, attributes) => {
    expect(peerAttributes({ remote })).toEqual(attributes);
  });

  it('take whatever somebody has called the ends of his own stream', () => {
    expect(serverAttributes('the stdout of ssh' as Endpoint)).toEqual({
      'server.address': 'the stdout of ssh',
      'network.transport': 'unix',
    });
  });

  it.each<[unknown, string]>([
    [new TransportError('ERR_CLOSED', { phase: 'write' }), 'ERR_CLOSED'],
    [new RangeError('far'), 'RangeError'],
    ['text', '_OTHER'],
  ])('name the error %s', (error, type) => {
    expect(errorType(error)).toEqual({ 'error.type': type });
  });
});

const tls = ['TLSv1.2', 'TLSv1.3'].map((protocol) => ({ protocol }));
const opened = fc.record({
  connection: fc.record({
    local: fc.constantFrom(
      '127.0.0.1:1',
      '127.0.0.1:2',
      '[::1]:1',
      '[::1]:2',
      '[::ffff:1.2.3.4]:1',
      'unix:',
      'unix:/a',
    ),
    tls: fc.constantFrom(undefined, ...tls),
  }),
  role: fc.constantFrom('accepted', 'dialled'),
  endpoint: fc.constantFrom('localhost:1', '0.0.0.0:1', 'unix:/a', 'unix:/b'),
}) as unknown as fc.Arbitrary<Omit<ConnectionOpened, 'totals'>>;

describe('kindOf', () => {
  // Otherwise two series would have the same attributes, and an SDK would keep the one that is told last.
  it('is the same for connections with the same attributes, and for no others', () => {
    fc.assert(
      fc.property(opened, opened, (one, other) => {
        const [first, second] = [connectionAttributes(one), connectionAttributes(other)];
        expect(kindOf(one) === kindOf(other)).toBe(JSON.stringify(first) === JSON.stringify(second));
      }),
      { numRuns: 2_000 },
    );
  });
});
