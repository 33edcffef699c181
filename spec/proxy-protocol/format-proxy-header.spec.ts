import fc from 'fast-check';
import { formatProxyHeader } from '../../src/proxy-protocol/format-proxy-header.ts';
import { parseProxyHeader } from '../../src/proxy-protocol/parse-proxy-header.ts';
import type { ProxyHeader } from '../../src/proxy-protocol/proxy-header.ts';
import type { ProxyHeaderOptions } from '../../src/proxy-protocol/proxy-header-options.ts';
import type { ProxySsl } from '../../src/proxy-protocol/proxy-ssl.ts';
import { caught, failure } from '../framing/decoding.ts';
import { anyOptions, binary, binaryOptions, endsOf, IPV4_BLOCK, lineOptions, NOTHING } from './headers.ts';

const ends = { source: '127.0.0.1:8080', destination: '127.0.0.2:80' } as const;
const ssl: ProxySsl = { tls: true, certificateOnConnection: false, certificateInSession: false, verify: 0 };

function reread(options: ProxyHeaderOptions): ProxyHeader {
  const bytes = formatProxyHeader(options);
  const result = parseProxyHeader(Buffer.concat([bytes, Buffer.from('rest')]), Infinity);
  if (result.kind !== 'header') throw new Error(`there is no header: ${JSON.stringify(result)}`);
  expect(result.length).toBe(bytes.length);
  return result.header;
}

describe('formatProxyHeader', () => {
  it.each<[string, ProxyHeaderOptions, string]>([
    [
      'IPv4',
      { source: '192.168.0.1:56324', destination: '192.168.0.11:443' },
      'TCP4 192.168.0.1 192.168.0.11 56324 443',
    ],
    ['IPv6', { source: '[FE80:0::1]:1', destination: 'tls://[::1]:65535' }, 'TCP6 fe80::1 ::1 1 65535'],
    [
      'a scope, which it leaves out',
      { source: '[fe80::1%eth0]:1', destination: '[::1]:2' },
      'TCP6 fe80::1 ::1 1 2',
    ],
    [
      'both families, as IPv6',
      { source: '1.2.3.4:1', destination: '[::1]:2' },
      'TCP6 ::ffff:102:304 ::1 1 2',
    ],
    ['both the other way', { source: '[::1]:2', destination: '1.2.3.4:1' }, 'TCP6 ::1 ::ffff:102:304 2 1'],
    ['Unix sockets', { source: 'unix:', destination: 'unix:/a' }, 'UNKNOWN'],
    ['nothing', {}, 'UNKNOWN'],
  ])('writes a line for %s', (_name, options, line) => {
    expect(formatProxyHeader({ ...options, version: 1 }).toString('latin1')).toBe(`PROXY ${line}\r\n`);
  });

  it('takes a unique ID of up to 128 bytes, and a path of up to 108', () => {
    const uniqueId = Buffer.alloc(128, 1);
    expect(reread({ ...ends, uniqueId }).uniqueId).toEqual(uniqueId);
    const source = `unix:/${'a'.repeat(107)}` as const;
    expect(reread({ source, destination: 'unix:' }).source).toBe(source);
  });

  it.each<[string, ProxyHeaderOptions, Buffer]>([
    ['IPv4', ends, binary('21', '11', IPV4_BLOCK)],
    [
      'IPv6',
      { source: '[::1]:1', destination: '[fe80::]:2' },
      binary('21', '21', '1'.padStart(32, '0'), 'fe80'.padEnd(32, '0'), '0001 0002'),
    ],
    ['Unix sockets', { source: 'unix:a', destination: 'unix:' }, binary('21', '31', '61'.padEnd(432, '0'))],
    ['an unspecified family', { command: 'proxy' }, binary('21', '00')],
    ['nobody else', { command: 'local' }, binary('20', '00')],
    [
      'TLVs, the checksum last',
      { ...ends, alpn: 'h2', ssl, tlvs: new Map([[0xe0, Buffer.from('x')]]) },
      binary('21', '11', IPV4_BLOCK, 'e0 0001 78', '01 0002 6832', '20 0005 01 00000000'),
    ],
    [
      'names that win over TLVs',
      { ...ends, alpn: 'a', tlvs: new Map([[1, Buffer.from('b')]]) },
      binary('21', '11', IPV4_BLOCK, '01 0001 61'),
    ],
  ])('writes bytes for %s', (_name, options, bytes) => {
    expect(formatProxyHeader(options)).toEqual(bytes);
  });

  it('writes version 2 unless it is told otherwise, and LOCAL when it is told nothing', () => {
    expect(formatProxyHeader()).toEqual(binary('20', '00'));
  });

  it('adds a checksum when it is asked to, or when a header that is passed on has one', () => {
    const plain = formatProxyHeader(ends);
    const checksummed = formatProxyHeader({ ...ends, checksum: true });
    expect(checksummed).toHaveLength(plain.length + 7);
    const received = reread({ ...ends, checksum: true });
    expect(formatProxyHeader(received)).toEqual(checksummed);
    expect(formatProxyHeader({ ...received, checksum: false })).toEqual(plain);
    // Computed anew for what has changed.
    expect(reread({ ...received, authority: 'a' })).toMatchObject({ authority: 'a' });
  });

  it('is understood by parseProxyHeader, whatever it writes', () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        const header = reread(options);
        const { version = 2, command = version === 2 && options.source === undefined ? 'local' : 'proxy' } =
          options;
        const [source, destination] = endsOf(options);
        const { alpn, authority, netns, ssl: tls } = options;
        const uniqueId = options.uniqueId === undefined ? undefined : Buffer.from(options.uniqueId);
        expect(header).toEqual({
          ...NOTHING,
          version,
          command,
          source,
          destination,
          alpn,
          authority,
          netns,
          uniqueId,
          ssl: tls,
          tlvs: header.tlvs,
        });
        expect(header.tlvs.has(3)).toBe(options.checksum === true);
        for (const [type, value] of options.tlvs ?? [])
          expect(header.tlvs.get(type)).toEqual(Buffer.from(value));
        const named = [alpn, authority, netns, uniqueId, tls].filter((each) => each !== undefined).length;
        const more = (options.tlvs?.size ?? 0) + (options.checksum === true ? 1 : 0);
        expect(header.tlvs.size).toBe(named + more);
      }),
      { numRuns: 1000 },
    );
  });

  it('writes again what was parsed, byte for byte but for the order of the TLVs', () => {
    fc.assert(
      fc.property(fc.oneof(lineOptions, binaryOptions), (options) => {
        const header = reread(options);
        const again = formatProxyHeader(header);
        expect(again).toHaveLength(formatProxyHeader(options).length);
        expect(formatProxyHeader(reread(header))).toEqual(again);
      }),
    );
  });

  const tooMuch = new Map([[0xe0, Buffer.alloc(65_535)]]);
  it.each<[string, object, string, string]>([
    ['a version that there is none of', { version: 3 }, 'ERR_INVALID_OPTION', 'version is 3; it takes 1, 2'],
    [
      'a command that there is none of',
      { command: 'LOCAL' },
      'ERR_INVALID_OPTION',
      'command is LOCAL; it takes proxy, local',
    ],
    ['a source alone', { source: '1.1.1.1:1' }, 'ERR_INVALID_OPTION', 'go together'],
    ['a destination alone', { destination: '1.1.1.1:1' }, 'ERR_INVALID_OPTION', 'go together'],
    ['ends of two kinds', { ...ends, source: 'unix:/a' }, 'ERR_INVALID_OPTION', 'not of one family'],
    [
      'the same the other way',
      { ...ends, destination: 'unix:/a' },
      'ERR_INVALID_OPTION',
      'not of one family',
    ],
    ['a host name', { ...ends, source: 'localhost:1' }, 'ERR_INVALID_OPTION', 'source is localhost'],
    [
      'a destination that is a host name',
      { ...ends, destination: 'a.b:1' },
      'ERR_INVALID_OPTION',
      'destination is a.b',
    ],
    ['what is no endpoint', { ...ends, source: '127.0.0.1' }, 'ERR_INVALID_ENDPOINT', 'host:port'],
    ['what is no text', { ...ends, source: 1 }, 'ERR_INVALID_ENDPOINT', 'an endpoint is a string'],
    [
      'a path of 109 bytes',
      { source: 'unix:', destination: `unix:${'é'.repeat(54)}a` },
      'ERR_PATH_TOO_LONG',
      '109 bytes',
    ],
    [
      'LOCAL in version 1',
      { version: 1, command: 'local' },
      'ERR_INVALID_OPTION',
      'version 1 has no command local',
    ],
    ['TLVs in version 1', { ...ends, version: 1, alpn: 'h2' }, 'ERR_INVALID_OPTION', 'version 1 has no TLVs'],
    [
      'a checksum in version 1',
      { ...ends, version: 1, checksum: true },
      'ERR_INVALID_OPTION',
      'version 1 has no TLVs',
    ],
    ['LOCAL with ends', { ...ends, command: 'local' }, 'ERR_INVALID_OPTION', 'command local goes without'],
    ['TLVs without ends', { alpn: 'h2' }, 'ERR_INVALID_OPTION', 'TLVs go with'],
    ['a checksum for LOCAL', { command: 'local', checksum: true }, 'ERR_INVALID_OPTION', 'TLVs go with'],
    [
      'a unique ID of 129 bytes',
      { ...ends, uniqueId: Buffer.alloc(129) },
      'ERR_INVALID_OPTION',
      'uniqueId has 129 bytes',
    ],
    [
      'one that stands among the TLVs',
      { ...ends, tlvs: new Map([[5, Buffer.alloc(129)]]) },
      'ERR_INVALID_OPTION',
      'uniqueId has 129 bytes',
    ],
    [
      'a TLV type of 256',
      { ...ends, tlvs: new Map([[256, Buffer.alloc(0)]]) },
      'ERR_INVALID_OPTION',
      'has the type 256',
    ],
    [
      'a TLV type of -1',
      { ...ends, tlvs: new Map([[-1, Buffer.alloc(0)]]) },
      'ERR_INVALID_OPTION',
      'has the type -1',
    ],
    [
      'a TLV type of 1.5',
      { ...ends, tlvs: new Map([[1.5, Buffer.alloc(0)]]) },
      'ERR_INVALID_OPTION',
      'has the type 1.5',
    ],
    [
      'a TLV that is no bytes',
      { ...ends, tlvs: new Map([[1, 'a']]) },
      'ERR_INVALID_OPTION',
      'type 1 is no Uint8Array',
    ],
    [
      'a TLV of 64 KiB',
      { ...ends, authority: 'a'.repeat(65_536) },
      'ERR_INVALID_OPTION',
      '65536 bytes; it takes up to 65535',
    ],
    [
      'a common name of 64 KiB',
      { ...ends, ssl: { ...ssl, commonName: 'a'.repeat(65_536) } },
      'ERR_INVALID_OPTION',
      '65536 bytes',
    ],
    [
      'more than a header holds',
      { ...ends, tlvs: tooMuch },
      'ERR_INVALID_OPTION',
      'this one would have 65550',
    ],
    ['an ALPN beyond Latin-1', { ...ends, alpn: '€' }, 'ERR_INVALID_OPTION', 'alpn has a character'],
    ['a namespace beyond Latin-1', { ...ends, netns: '€' }, 'ERR_INVALID_OPTION', 'netns has a character'],
    [
      'an authority that is no text',
      { ...ends, authority: 1 },
      'ERR_INVALID_OPTION',
      'authority is a number',
    ],
    [
      'a cipher beyond Latin-1',
      { ...ends, ssl: { ...ssl, cipher: '€' } },
      'ERR_INVALID_OPTION',
      'ssl.cipher has a character',
    ],
    ['a verify below 0', { ...ends, ssl: { ...ssl, verify: -1 } }, 'ERR_INVALID_OPTION', 'ssl.verify is -1'],
    [
      'a verify above 2³² - 1',
      { ...ends, ssl: { ...ssl, verify: 2 ** 32 } },
      'ERR_INVALID_OPTION',
      'ssl.verify is 4294967296',
    ],
    [
      'a verify that is no whole number',
      { ...ends, ssl: { ...ssl, verify: 0.5 } },
      'ERR_INVALID_OPTION',
      'ssl.verify is 0.5',
    ],
  ])('refuses %s', (_name, options, code, detail) => {
    expect(caught(() => formatProxyHeader(options as ProxyHeaderOptions))).toEqual(
      failure(code, 'parse', detail),
    );
  });
});
