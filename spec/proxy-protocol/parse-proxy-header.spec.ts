import fc from 'fast-check';
import { formatProxyHeader } from '../../src/proxy-protocol/format-proxy-header.ts';
import { parseProxyHeader } from '../../src/proxy-protocol/parse-proxy-header.ts';
import type { ParsedProxyHeader } from '../../src/proxy-protocol/parsed-proxy-header.ts';
import type { ProxyHeader } from '../../src/proxy-protocol/proxy-header.ts';
import { hex } from '../framing/decoding.ts';
import { anyOptions, binary, IPV4_BLOCK, NOTHING, SIGNATURE } from './headers.ts';

const REST = Buffer.from('GET / HTTP/1.1\r\nHost: 192.168.0.11\r\n\r\n');
// What is invalid is so whatever follows; this could be taken for a part of anything.
const FILLER = Buffer.alloc(5000, ' ');

const IPV6 = 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff';
const IPV6_BLOCK = 'fe80000000000000000000000000000a 20010db8000000000000000000000001 0001 ffff';
const UNIX_BLOCK = [Buffer.from('/run/a').toString('hex').padEnd(216, '0'), '2f'.repeat(108)].join('');

const ends = { source: '127.0.0.1:8080', destination: '127.0.0.2:80' } as const;

function parsed(bytes: Buffer, maxLength?: number): ProxyHeader {
  const result = parseProxyHeader(bytes, maxLength);
  if (result.kind !== 'header') throw new Error(`there is no header: ${JSON.stringify(result)}`);
  return result.header;
}

function refusal(bytes: Buffer | string, maxLength?: number): string {
  const result = parseProxyHeader(Buffer.from(bytes as string, 'latin1'), maxLength);
  if (result.kind !== 'invalid') throw new Error(`it is not refused: ${JSON.stringify(result)}`);
  return result.detail;
}

/** Where a header is refused: after so many bytes, and not one before. */
function refusedAfter(bytes: Buffer): number {
  for (let length = 0; length <= bytes.length; length += 1) {
    if (parseProxyHeader(bytes.subarray(0, length)).kind === 'invalid') return length;
  }
  throw new Error('it is not refused');
}

describe('parseProxyHeader, with headers of the specification', () => {
  it.each<[string, Buffer, Partial<ProxyHeader>]>([
    [
      'TCP over IPv4, in text',
      Buffer.from('PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n'),
      { version: 1, source: '192.168.0.1:56324', destination: '192.168.0.11:443' },
    ],
    [
      'the longest line of TCP4',
      Buffer.from('PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n'),
      { version: 1, source: '255.255.255.255:65535', destination: '255.255.255.255:65535' },
    ],
    [
      'the longest line of TCP6',
      Buffer.from(`PROXY TCP6 ${IPV6} ${IPV6} 65535 65535\r\n`),
      { version: 1, source: `[${IPV6}]:65535`, destination: `[${IPV6}]:65535` },
    ],
    [
      'IPv6 in any form',
      Buffer.from('PROXY TCP6 FE80:0:0::A ::ffff:1.2.3.4 0 1\r\n'),
      { version: 1, source: '[fe80::a]:0', destination: '[::ffff:1.2.3.4]:1' },
    ],
    ['UNKNOWN alone', Buffer.from('PROXY UNKNOWN\r\n'), { version: 1 }],
    ['the longest line of all', Buffer.from(`PROXY UNKNOWN ${IPV6} ${IPV6} 65535 65535\r\n`), { version: 1 }],
    ['UNKNOWN and anything', Buffer.from('PROXY UNKNOWN \n\0 \r \xff\r\n', 'latin1'), { version: 1 }],
    ['TCP over IPv4', binary('21', '11', IPV4_BLOCK), { version: 2, ...ends }],
    [
      'TCP over IPv6',
      binary('21', '21', IPV6_BLOCK),
      { version: 2, source: '[fe80::a]:1', destination: '[2001:db8::1]:65535' },
    ],
    [
      'Unix sockets, with and without a NUL',
      binary('21', '31', UNIX_BLOCK),
      { version: 2, source: 'unix:/run/a', destination: `unix:${'/'.repeat(108)}` },
    ],
    ['unnamed Unix sockets', binary('21', '31', '00'.repeat(216)), { source: 'unix:', destination: 'unix:' }],
    ['LOCAL', binary('20', '00'), { version: 2, command: 'local' }],
    ['LOCAL with addresses', binary('20', '11', IPV4_BLOCK), { version: 2, command: 'local' }],
    ['LOCAL with an unknown family and anything', binary('20', 'ff', '0102030405'), { command: 'local' }],
    ['UNSPEC', binary('21', '00'), { version: 2 }],
    ['UNSPEC with anything', binary('21', '00', '0102030405'), { version: 2 }],
    ['an unspecified protocol over IPv4', binary('21', '10', '01'), { version: 2 }],
    ['an unspecified family with a protocol', binary('21', '01', '0102'), { version: 2 }],
    ['UDP over IPv4', binary('21', '12', IPV4_BLOCK), { version: 2 }],
    ['UDP over IPv6', binary('21', '22', IPV6_BLOCK), { version: 2 }],
    ['Unix datagrams', binary('21', '32', UNIX_BLOCK), { version: 2 }],
  ])('takes %s, in whatever pieces it comes', (_name, bytes, header) => {
    for (let length = 0; length < bytes.length; length += 1) {
      const result = parseProxyHeader(bytes.subarray(0, length));
      expect(result.kind).toBe('incomplete');
      const { needs } = result as { needs: number };
      expect(needs > length && needs <= bytes.length).toBe(true);
    }
    for (const more of [Buffer.alloc(0), Buffer.from('\r\n'), REST, FILLER]) {
      expect(parseProxyHeader(Buffer.concat([bytes, more]))).toEqual({
        kind: 'header',
        header: { ...NOTHING, ...header, version: header.version ?? 2 },
        length: bytes.length,
      });
    }
  });

  it.each([
    ['', 15],
    ['P', 15],
    ['PROXY UNKNOWN', 15],
    ['PROXY UNKNOWN\r', 15],
    ['PROXY UNKNOWN ', 16],
    ['PROXY TCP4 1.1.1.1 1.1.1.1 1 1', 32],
    ['PROXY TCP4 1.1.1.1 1.1.1.1 1 1\r', 32],
    ['\r', 16],
    ['\r\n\r\n\0\r\nQUIT\n\x21\x11\0', 16],
    ['\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c', 28],
  ])('needs, after %j, %i bytes at least', (text, needs) => {
    expect(parseProxyHeader(Buffer.from(text, 'latin1'))).toEqual({ kind: 'incomplete', needs });
  });

  it('gives the TLVs by type, and the registered ones by name', () => {
    const header = parsed(
      binary(
        '21',
        '11',
        IPV4_BLOCK,
        '01 0002 6832',
        '02 0003 e282ac',
        '04 0002 ffff',
        '05 0002 00ff',
        '30 0002 6e73',
        'e0 0000',
      ),
    );
    expect(header).toEqual({
      ...NOTHING,
      ...ends,
      version: 2,
      alpn: 'h2',
      authority: '€',
      uniqueId: hex('00ff'),
      netns: 'ns',
      tlvs: new Map([
        [0x01, hex('6832')],
        [0x02, hex('e282ac')],
        [0x05, hex('00ff')],
        [0x30, hex('6e73')],
        [0xe0, hex('')],
      ]),
    });
  });

  it('takes the SSL TLV apart', () => {
    const parts = ['21 0007 544c5376312e33', '22 0003 e282ac', '23 0001 63', '24 0001 73', '25 0001 6b'];
    const { ssl } = parsed(
      binary(
        '21',
        '11',
        IPV4_BLOCK,
        `20 ${(5 + hex(...parts).length).toString(16).padStart(4, '0')}`,
        '07 80000001',
        ...parts,
      ),
    );
    expect(ssl).toEqual({
      tls: true,
      certificateOnConnection: true,
      certificateInSession: true,
      verify: 0x80000001,
      version: 'TLSv1.3',
      commonName: '€',
      cipher: 'c',
      signatureAlgorithm: 's',
      keyAlgorithm: 'k',
    });
  });

  it.each([
    ['00', {}],
    ['01', { tls: true }],
    ['02', { certificateOnConnection: true }],
    ['04', { certificateInSession: true }],
  ])('reads the flags %s of the client', (flags, set) => {
    const none = { tls: false, certificateOnConnection: false, certificateInSession: false, verify: 1 };
    expect(parsed(binary('21', '11', IPV4_BLOCK, '20 0005', flags, '00000001')).ssl).toEqual({
      ...none,
      ...set,
    });
  });

  it('counts the last of several TLVs with one type', () => {
    expect(parsed(binary('21', '11', IPV4_BLOCK, '02 0001 61', '02 0001 62')).authority).toBe('b');
  });

  it('takes a checksum that is right, wherever it stands, and leaves it as it was', () => {
    const checksummed = formatProxyHeader({ ...ends, alpn: 'h2', checksum: true });
    const { tlvs } = parsed(checksummed);
    expect(tlvs.get(3)).toEqual(checksummed.subarray(-4));
  });

  it('keeps nothing of the chunk', () => {
    const chunk = Buffer.concat([binary('21', '11', IPV4_BLOCK, '05 0002 0102'), REST]);
    const { uniqueId } = parsed(chunk);
    chunk.fill(0);
    expect(uniqueId).toEqual(hex('0102'));
  });
});

describe('parseProxyHeader, with what is no header', () => {
  it.each(['GET / HTTP/1.1\r\n', '\x16\x03\x01', '\n', ' PROXY TCP4', 'proxy', '\0', '\xff'])(
    'refuses a plain client that begins with %j at its first byte',
    (text) => {
      expect(refusedAfter(Buffer.from(text, 'latin1'))).toBe(1);
      expect(refusal(text)).toMatch('the first bytes are no header');
    },
  );

  it.each([
    ['PRI * HTTP/2.0', 3],
    ['PROXX', 5],
    ['PROXY  TCP4', 7],
    ['PROXY TCP5 ', 10],
    ['PROXY TCP44', 11],
    ['PROXY UNKNOWNX', 14],
    ['PROXY UNKNOWN\n', 14],
    ['PROXY UNKNOWN\r\r', 15],
    ['PROXY TCP4 a', 12],
    ['PROXY TCP4 ::1', 12],
    ['PROXY TCP6 g', 12],
    ['PROXY TCP4 1.1.1.1 1.1.1.1 1 1\n', 31],
    ['PROXY TCP4 1.1.1.1 1.1.1.1 1 1\r\r\n', 32],
    ['PROXY TCP4 1.1.1.1\t', 19],
    ['\r\n\r\n\r\n', 5],
    ['\r\n\r\n\0\r\nQUIT\r', 12],
  ])('refuses %j after %i bytes', (text, after) => {
    expect(refusedAfter(Buffer.from(text, 'latin1'))).toBe(after);
  });

  it.each([
    'PROXY TCP4\r\n',
    'PROXY TCP4 \r\n',
    'PROXY TCP4 1.1.1.1 1.1.1.1 1\r\n',
    'PROXY TCP4 1.1.1.1 1.1.1.1 1 1 \r\n',
    'PROXY TCP4 1.1.1.1 1.1.1.1 1 1 1\r\n',
    'PROXY TCP4  1.1.1.1 1.1.1.1 1 1\r\n',
    'PROXY TCP4 1.1.1.1 1.1.1.1 01 1\r\n',
    'PROXY TCP4 1.1.1.1 1.1.1.1 1 -1\r\n',
    'PROXY TCP4 1.1.1.1 1.1.1.1 1 100000\r\n',
    'PROXY UNKNOWN\0\r\n',
    'GET / HTTP/1.1\r\n',
    '\n\r\n',
  ])('refuses the line %j', (line) => {
    expect(refusal(line)).toMatch(/its line is not PROXY|no header/u);
  });

  it.each([
    'PROXY TCP4 1.1.1 1.1.1.1 1 1\r\n',
    'PROXY TCP4 1.1.1.256 1.1.1.1 1 1\r\n',
    'PROXY TCP4 1.1.1.1 010.1.1.1 1 1\r\n',
    'PROXY TCP4 ::1 ::1 1 1\r\n',
    'PROXY TCP6 1.1.1.1 1.1.1.1 1 1\r\n',
    'PROXY TCP6 ::1 1::2::3 1 1\r\n',
    'PROXY TCP6 fe80::1%eth0 ::1 1 1\r\n',
    'PROXY TCP4 1.1.1.1 1.1.1.1 65536 1\r\n',
    'PROXY TCP4 1.1.1.1 1.1.1.1 1 65536\r\n',
  ])('refuses the addresses of %j', (line) => {
    expect(refusal(line)).toBe('an address or a port of its line is none');
  });

  it('refuses a line without a CRLF in its first 107 bytes', () => {
    const line = Buffer.from('PROXY UNKNOWN'.padEnd(200));
    expect(refusedAfter(line)).toBe(107);
    expect(refusal(line)).toBe('its line has no CRLF within 107 bytes');
    const end = (length: number): string => `PROXY UNKNOWN${' '.repeat(length - 15)}\r\n`;
    expect(parseProxyHeader(Buffer.from(end(107))).kind).toBe('header');
    expect(refusal(end(108))).toBe('its line has no CRLF within 107 bytes');
  });

  it.each([
    ['version 1 in binary', '11', '11', 13],
    ['version 3', '31', '11', 13],
    ['command 2', '22', '11', 13],
    ['family 4', '21', '41', 14],
    ['protocol 3', '21', '13', 14],
  ])('refuses %s as soon as it is there', (_name, command, family, after) => {
    const header = binary(command, family, IPV4_BLOCK);
    expect(refusedAfter(header)).toBe(after);
    expect(refusal(header)).toMatch(/a version or a command|a family or a protocol/u);
  });

  it.each([
    ['IPv4', '11', '000b'],
    ['IPv6', '21', '0023'],
    ['Unix', '31', '00d7'],
    ['datagram', '12', '0000'],
  ])(
    'refuses a length that is too short for %s addresses as soon as it is there',
    (_name, family, length) => {
      const header = Buffer.concat([hex(SIGNATURE, '21', family, length), FILLER]);
      expect(refusedAfter(header)).toBe(16);
      expect(refusal(header)).toBe('it is shorter than its addresses');
    },
  );

  it.each([
    ['a TLV that is cut off', ['02'], 'there are bytes behind its last TLV'],
    ['a length that is cut off', ['02 00'], 'there are bytes behind its last TLV'],
    ['a TLV that is longer than the header', ['02 0002 61'], 'a TLV is longer than the header'],
    ['a TLV that is as long as can be', ['02 ffff'], 'a TLV is longer than the header'],
    ['a checksum that is wrong', ['03 0004 deadbeef'], 'its checksum is wrong'],
    ['a checksum of three bytes', ['03 0003 deadbe'], 'its checksum is wrong'],
    ['two checksums', ['03 0004 deadbeef', '03 0004 deadbeef'], 'it has two checksums'],
    ['a unique ID of 129 bytes', ['05 0081', '00'.repeat(129)], 'its unique ID has more than 128 bytes'],
    ['an SSL TLV of four bytes', ['20 0004 01000000'], 'its SSL TLV is too short'],
    [
      'an SSL TLV with a part that is cut off',
      ['20 0007 01 00000000 2100'],
      'within its SSL TLV, there are bytes',
    ],
    [
      'an SSL TLV with a part that is too long',
      ['20 0009 01 00000000 21000200'],
      'within its SSL TLV, a TLV is longer',
    ],
  ])('refuses %s', (_name, tlvs, detail) => {
    expect(refusal(binary('21', '11', IPV4_BLOCK, ...tlvs))).toMatch(detail);
  });

  it('refuses a checksum when anything is changed, for every bit', () => {
    const header = formatProxyHeader({ ...ends, authority: 'a', checksum: true });
    for (let bit = 16 * 8; bit < header.length * 8; bit += 1) {
      const changed = Buffer.from(header);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      // A changed type or length may leave no checksum to be found; the value is another one then.
      const result = parseProxyHeader(changed);
      if (result.kind === 'header') expect(result.header.tlvs.has(3)).toBe(false);
      else expect(result.kind).toBe('invalid');
    }
  });
});

describe('parseProxyHeader, with a limit', () => {
  it('takes up to 4096 bytes unless it is told otherwise, and refuses more before they have come', () => {
    const sized = (length: number): Buffer =>
      hex(SIGNATURE, '2111', (length - 16).toString(16).padStart(4, '0'));
    expect(parseProxyHeader(sized(4096))).toEqual({ kind: 'incomplete', needs: 4096 });
    expect(refusal(sized(4097))).toBe('it has more than 4096 bytes');
    // The upper byte of the length is enough.
    expect(refusedAfter(Buffer.concat([hex(SIGNATURE, '2111', 'ff00'), FILLER]))).toBe(15);
  });

  it('is inclusive, and holds for LOCAL', () => {
    for (const header of [binary('21', '11', IPV4_BLOCK), binary('20', '00', '00'.repeat(12))]) {
      expect(parseProxyHeader(header, 28).kind).toBe('header');
      expect(refusal(header, 27)).toBe('it has more than 27 bytes');
    }
  });

  it('can be as large as a header can be', () => {
    const tlvs = new Map([[0xe0, Buffer.alloc(65_535 - 12 - 3)]]);
    const header = formatProxyHeader({ ...ends, tlvs });
    expect(header).toHaveLength(16 + 65_535);
    expect(parsed(header, Infinity).tlvs.get(0xe0)).toHaveLength(65_520);
  });

  it('is a limit for lines as well', () => {
    const line = Buffer.from('PROXY TCP4 1.1.1.1 1.1.1.1 1 1\r\n');
    expect(parseProxyHeader(line, line.length).kind).toBe('header');
    expect(refusal(line, line.length - 1)).toMatch('more than 31 bytes');
    expect(refusal('PROXY TCP4', 14)).toMatch('more than 14 bytes');
    expect(refusal('', 1)).toMatch('more than 1 bytes');
  });
});

/** What has to hold of any bytes whatever, in whatever pieces they come. */
function checkAllPrefixes(bytes: Buffer, maxLength: number): void {
  let before: ParsedProxyHeader = { kind: 'incomplete', needs: 1 };
  for (let length = 0; length <= bytes.length; length += 1) {
    const result = parseProxyHeader(bytes.subarray(0, length), maxLength);
    const wrong =
      before.kind === 'incomplete' ? objection(before.needs, result, length, maxLength) : undefined;
    if (wrong !== undefined) throw new Error(`${wrong}, at ${length} of ${bytes.toString('hex')}`);
    // What was said once is not taken back.
    if (before.kind === 'header') expect(result).toEqual(before);
    if (before.kind === 'invalid') expect(result.kind).toBe('invalid');
    before = result;
    // The last two prefixes stand for the rest.
    if (result.kind !== 'incomplete') length = Math.max(length, bytes.length - 2);
  }
}

/** An `expect` for each of so many prefixes takes ten seconds. */
function objection(
  needed: number,
  result: ParsedProxyHeader,
  length: number,
  maxLength: number,
): string | undefined {
  if (result.kind === 'invalid') return undefined;
  if (result.kind === 'incomplete') {
    if (result.needs <= length) return 'it needs no more than there is';
    if (result.needs < needed) return 'it needs less than before';
    return result.needs > maxLength ? 'it needs more than the limit' : undefined;
  }
  // It is there with its last byte, and nothing that was asked for lies behind it.
  return result.length !== length || needed !== length ? 'its length is not what was asked for' : undefined;
}

describe('parseProxyHeader, with anything', () => {
  const limit = fc.integer({ min: 0, max: 600 });
  const start = fc.constantFrom(
    '',
    'PROXY ',
    'PROXY TCP4 ',
    'PROXY TCP6 ',
    'PROXY UNKNOWN',
    'PROXY TCP4 1.1.1.1 ',
  );
  const begun = fc
    .tuple(
      fc.oneof(
        start.map((text) => Buffer.from(text)),
        fc.constant(hex(SIGNATURE, '2111')),
      ),
      fc.uint8Array({ maxLength: 150 }),
    )
    .map((parts) => Buffer.concat(parts));

  it('never throws, and never asks for more than the limit', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          begun,
          fc.uint8Array({ maxLength: 40 }).map((each) => Buffer.from(each)),
        ),
        limit,
        checkAllPrefixes,
      ),
      { numRuns: 1000 },
    );
  });

  it('never throws for a header in which some bytes are changed, left out or doubled', () => {
    const change = fc.tuple(fc.constantFrom('set', 'remove', 'double'), fc.nat(), fc.nat(255));
    fc.assert(
      fc.property(anyOptions, fc.array(change, { maxLength: 3 }), limit, (options, changes, maxLength) => {
        const bytes = [...formatProxyHeader(options)];
        for (const [what, index, byte] of changes) {
          const at = index % bytes.length;
          bytes.splice(at, what === 'double' ? 0 : 1, ...(what === 'remove' ? [] : [byte]));
        }
        checkAllPrefixes(Buffer.from(bytes), maxLength);
        checkAllPrefixes(Buffer.from(bytes), 4096);
      }),
      { numRuns: 1000 },
    );
  });
});
