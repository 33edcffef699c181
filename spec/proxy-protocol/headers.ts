import fc from 'fast-check';
import type { Endpoint } from '../../src/endpoint/endpoint.ts';
import { formatEndpoint } from '../../src/endpoint/format-endpoint.ts';
import { parseEndpoint } from '../../src/endpoint/parse-endpoint.ts';
import { addressBytes, addressText, mapped } from '../../src/proxy-protocol/ip-address.ts';
import type { ProxyHeader } from '../../src/proxy-protocol/proxy-header.ts';
import type { ProxyHeaderOptions } from '../../src/proxy-protocol/proxy-header-options.ts';
import type { ProxySsl } from '../../src/proxy-protocol/proxy-ssl.ts';
import { hex } from '../framing/decoding.ts';

export const SIGNATURE = '0d0a0d0a000d0a515549540a';

/** A header of version 2: version and command, family and protocol, and the rest, whose length is put in front. */
export function binary(command: string, family: string, ...rest: readonly string[]): Buffer {
  const body = hex(...rest);
  return Buffer.concat([
    hex(SIGNATURE, command, family),
    Buffer.of(body.length >> 8, body.length & 0xff),
    body,
  ]);
}

/** 127.0.0.1:8080 to 127.0.0.2:80, as they stand in a header of version 2. */
export const IPV4_BLOCK = '7f000001 7f000002 1f90 0050';

/** A header without anything. */
export const NOTHING: Omit<ProxyHeader, 'version'> = {
  command: 'proxy',
  source: undefined,
  destination: undefined,
  alpn: undefined,
  authority: undefined,
  uniqueId: undefined,
  ssl: undefined,
  netns: undefined,
  tlvs: new Map(),
};

const port = fc.nat(65_535);
const ipv4 = fc.tuple(fc.ipV4(), port).map(([host, at]) => `${host}:${at}`);
const ipv6 = fc.tuple(fc.ipV6(), port).map(([host, at]) => `[${host}]:${at}`);
const unix = fc.oneof(
  fc.constant('unix:'),
  fc.stringMatching(/^\/?[a-z.é-]{1,20}(\/[a-z. -]{1,20}){0,2}$/u).map((path) => `unix:${path}`),
);

/** Two ends of one family, or none. */
const tcpEnds = fc.oneof(
  fc.record({ source: ipv4, destination: ipv4 }),
  fc.record({ source: ipv6, destination: ipv6 }),
  fc.record({ source: ipv4, destination: ipv6 }),
);
const unixEnds = fc.record({ source: unix, destination: unix });

const latin1 = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
const text = fc.string({ unit: 'grapheme', maxLength: 40 });

const ssl: fc.Arbitrary<ProxySsl> = fc.record(
  {
    tls: fc.boolean(),
    certificateOnConnection: fc.boolean(),
    certificateInSession: fc.boolean(),
    verify: fc.integer({ min: 0, max: 0xffffffff }),
    version: latin1,
    commonName: text,
    cipher: latin1,
    signatureAlgorithm: latin1,
    keyAlgorithm: latin1,
  },
  { requiredKeys: ['tls', 'certificateOnConnection', 'certificateInSession', 'verify'] },
);

// Types without a name, of which 3 is the checksum and 4 is padding.
const otherType = fc.nat(255).filter((type) => ![1, 2, 3, 4, 5, 0x20, 0x30].includes(type));
const bytes = fc.uint8Array({ maxLength: 200 });
const tlvs = fc.array(fc.tuple(otherType, bytes), { maxLength: 4 }).map((each) => new Map(each));

const details = fc.record(
  {
    alpn: latin1,
    authority: text,
    uniqueId: fc.uint8Array({ maxLength: 128 }),
    ssl,
    netns: latin1,
    tlvs,
    checksum: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** What version 1 can say. */
export const lineOptions: fc.Arbitrary<ProxyHeaderOptions> = fc
  .oneof(tcpEnds, fc.constant({}))
  .map((ends) => ({ ...ends, version: 1 as const }));

/** What version 2 can say. */
export const binaryOptions: fc.Arbitrary<ProxyHeaderOptions> = fc.oneof(
  fc.tuple(fc.oneof(tcpEnds, unixEnds), details).map(([ends, more]) => ({ ...ends, ...more })),
  fc.constantFrom<ProxyHeaderOptions>({}, { command: 'local' }, { command: 'proxy' }),
);

export const anyOptions: fc.Arbitrary<ProxyHeaderOptions> = fc.oneof(lineOptions, binaryOptions);

/** The ends as they come back: canonical, and both as IPv6 where one is. */
export function endsOf({ source, destination }: ProxyHeaderOptions): readonly (Endpoint | undefined)[] {
  const both = source?.startsWith('[') === true || destination?.startsWith('[') === true;
  return [source, destination].map((each) => {
    if (each === undefined || each === 'unix:') return each;
    const parts = parseEndpoint(each);
    const bytes = parts.kind === 'tcp' ? addressBytes(parts.host) : undefined;
    if (parts.kind === 'unix' || bytes === undefined) return formatEndpoint(parts);
    return formatEndpoint({
      ...parts,
      host: addressText(both && bytes.length === 4 ? mapped(bytes) : bytes),
    });
  });
}
