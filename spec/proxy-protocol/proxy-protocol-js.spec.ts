import fc from 'fast-check';
import {
  Command,
  IPv4Address,
  IPv4ProxyAddress,
  IPv6Address,
  IPv6ProxyAddress,
  INETProtocol,
  Peer,
  TransportProtocol,
  UnixAddress,
  UnixProxyAddress,
  UnspecProxyAddress,
  V1BinaryProxyProtocol,
  V2ProxyProtocol,
} from 'proxy-protocol-js';
import { formatProxyHeader } from '../../src/proxy-protocol/format-proxy-header.ts';
import { addressBytes, addressText } from '../../src/proxy-protocol/ip-address.ts';
import { formatAddress } from '../../src/endpoint/format-endpoint.ts';
import { parseProxyHeader } from '../../src/proxy-protocol/parse-proxy-header.ts';
import { binaryOptions, endsOf, lineOptions } from './headers.ts';

// An implementation of somebody else's. Where it is wrong (docs/decisions/0014-proxy-protocol.md) it is not asked.

const octets = (length: number): fc.Arbitrary<number[]> =>
  fc.array(fc.nat(255), { minLength: length, maxLength: length });
const port = fc.nat(65_535);

function parsedEnds(bytes: Uint8Array): unknown {
  const result = parseProxyHeader(Buffer.from(bytes));
  return result.kind === 'header' ? [result.header.source, result.header.destination, result.length] : result;
}

function addressOf(bytes: readonly number[], at: number): string {
  return formatAddress(addressText(Buffer.from(bytes)), at);
}

function theirEnds(proxyAddress: V2ProxyProtocol['proxyAddress']): readonly (string | undefined)[] {
  if (proxyAddress instanceof UnspecProxyAddress) return [undefined, undefined];
  const { sourceAddress, destinationAddress } = proxyAddress;
  if (proxyAddress instanceof UnixProxyAddress) {
    return [sourceAddress, destinationAddress].map(
      ({ address }) => `unix:${Buffer.from(address).toString().replace(/\0+$/u, '')}`,
    );
  }
  const { sourcePort, destinationPort } = proxyAddress;
  return [
    addressOf(sourceAddress.address, sourcePort),
    addressOf(destinationAddress.address, destinationPort),
  ];
}

describe('proxy-protocol-js', () => {
  it('writes lines that we understand', () => {
    const address = fc.oneof(
      fc.tuple(fc.constant(INETProtocol.TCP4), octets(4), octets(4)),
      fc.tuple(fc.constant(INETProtocol.TCP6), octets(16), octets(16)),
    );
    fc.assert(
      fc.property(address, port, port, ([protocol, source, destination], from, to) => {
        const text = (bytes: number[]): string => addressText(Buffer.from(bytes));
        const built = new V1BinaryProxyProtocol(
          protocol,
          new Peer(text(source), from),
          new Peer(text(destination), to),
        ).build();
        expect(parsedEnds(built)).toEqual([
          addressOf(source, from),
          addressOf(destination, to),
          built.length,
        ]);
      }),
    );
  });

  it('writes bytes that we understand, for IPv4, IPv6 and Unix sockets', () => {
    const tuple = (bytes: readonly number[]): never => bytes as never;
    fc.assert(
      fc.property(octets(4), octets(4), octets(16), octets(16), port, port, (a, b, c, d, from, to) => {
        const ipv4 = new IPv4ProxyAddress(
          IPv4Address.createFrom(tuple(a)),
          from,
          IPv4Address.createFrom(tuple(b)),
          to,
        );
        const ipv6 = new IPv6ProxyAddress(
          IPv6Address.createFrom(tuple(c)),
          from,
          IPv6Address.createFrom(tuple(d)),
          to,
        );
        const [four, six] = [ipv4, ipv6].map((address) =>
          new V2ProxyProtocol(Command.PROXY, TransportProtocol.STREAM, address).build(),
        );
        expect(parsedEnds(four ?? Buffer.alloc(0))).toEqual([addressOf(a, from), addressOf(b, to), 28]);
        expect(parsedEnds(six ?? Buffer.alloc(0))).toEqual([addressOf(c, from), addressOf(d, to), 52]);
      }),
    );
    const path = UnixAddress.createFrom(tuple([...Buffer.from('/run/é')]));
    const unix = new UnixProxyAddress(path, UnixAddress.createWithEmptyAddress());
    const built = new V2ProxyProtocol(Command.PROXY, TransportProtocol.STREAM, unix).build();
    expect(parsedEnds(built)).toEqual(['unix:/run/é', 'unix:', 232]);
  });

  it('understands the lines that we write', () => {
    fc.assert(
      fc.property(
        lineOptions.filter(({ source }) => source !== undefined),
        (options) => {
          const bytes = Buffer.concat([formatProxyHeader(options), Buffer.from('rest')]);
          const { source, destination, data } = V1BinaryProxyProtocol.parse(bytes);
          const theirs = [source, destination].map((peer) =>
            addressOf([...(addressBytes(Buffer.from(peer.ipAddress).toString()) ?? [])], peer.port),
          );
          expect(theirs).toEqual(endsOf(options));
          expect(Buffer.from(data ?? []).toString()).toBe('rest');
        },
      ),
    );
  });

  it('understands the bytes that we write', () => {
    fc.assert(
      fc.property(binaryOptions, (options) => {
        const { command, proxyAddress } = V2ProxyProtocol.parse(formatProxyHeader(options));
        const local = options.source === undefined && options.command !== 'proxy';
        expect(command).toBe(local ? Command.LOCAL : Command.PROXY);
        expect(theirEnds(proxyAddress)).toEqual(endsOf(options));
      }),
    );
  });
});
