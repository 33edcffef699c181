import fc from 'fast-check';
import type { EndpointParts } from '../../src/endpoint/endpoint.ts';
import { formatEndpoint } from '../../src/endpoint/format-endpoint.ts';
import { isTcpEndpoint, parseEndpoint } from '../../src/endpoint/parse-endpoint.ts';
import { TransportError } from '../../src/errors/transport-error.ts';

describe('isTcpEndpoint', () => {
  it.each([
    'localhost:80',
    '127.0.0.1:0',
    '[::1]:80',
    'a-b.c_d:65535',
    'tcp://h:1',
    'tls://[::1]:443',
    'bücher.example:1',
  ])('accepts %j', (text) => {
    expect(isTcpEndpoint(text)).toBe(true);
  });

  it.each([
    '',
    'host',
    ':80',
    'host:',
    'host:abc',
    'a:b:1',
    'host:65536',
    'host:-1',
    'host:1.5',
    'host:0x50',
    ' host:80',
    'host:80 ',
    'ho st:80',
    'host:\n80',
    'host\t:80',
    '::1:80',
    '[::1]80',
    '[]:80',
    '[:::]:80',
    '[::\t1]:80',
    '[\n::1]:80',
    '[host]:80',
    'http://host:80',
    'host/path:80',
    'user@host:80',
    'unix:80',
    'unix:/a',
    '/run/app.sock',
  ])('refuses %j', (text) => {
    expect(isTcpEndpoint(text)).toBe(false);
  });

  it.each([undefined, null, 80, {}, [], ['host:80'], Symbol('host:80'), () => 'host:80'])(
    'refuses what is no string (%p)',
    (value) => {
      expect(isTcpEndpoint(value)).toBe(false);
    },
  );
});

describe('parseEndpoint', () => {
  it.each<[string, EndpointParts]>([
    ['localhost:80', { kind: 'tcp', host: 'localhost', port: 80, tls: false }],
    ['[::1]:8080', { kind: 'tcp', host: '::1', port: 8080, tls: false }],
    ['[fe80::1%eth0]:1', { kind: 'tcp', host: 'fe80::1%eth0', port: 1, tls: false }],
    ['tcp://h:0', { kind: 'tcp', host: 'h', port: 0, tls: false }],
    ['tls://h:443', { kind: 'tcp', host: 'h', port: 443, tls: true }],
    ['unix:a.sock', { kind: 'unix', path: 'a.sock' }],
    ['unix:/run/a', { kind: 'unix', path: '/run/a' }],
    ['unix://run/a', { kind: 'unix', path: '/run/a' }],
    ['unix:///run/a', { kind: 'unix', path: '/run/a' }],
    ['unix:a//b', { kind: 'unix', path: 'a//b' }],
  ])('takes %j apart', (text, parts) => {
    expect(parseEndpoint(text)).toEqual(parts);
  });

  it.each([
    ['', 'host:port'],
    [':80', 'the host is missing'],
    ['host:99999', '0 to 65535'],
    ['[host]:1', 'IPv6'],
    ['ho st:1', 'character'],
    ['/run/app.sock', 'unix:/run/app.sock'],
    ['unix:', 'name a file'],
    ['unix:/run/', 'name a file'],
    ['unix:/a\0b', 'NUL'],
  ])('says what is wrong with %j', (text, hint) => {
    expect(() => parseEndpoint(text)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ENDPOINT',
        phase: 'parse',
        detail: expect.stringContaining(hint) as string,
      }),
    );
  });

  it.each<[string, unknown, string]>([
    ['as it is', 'ho st:1', '"ho st:1": '],
    ['with what cannot be seen', 'host:\n80', '"host:\\n80": '],
    ['whole, when it has 80 characters', 'x'.repeat(80), `"${'x'.repeat(80)}": `],
    ['by its beginning, when it is longer', 'x'.repeat(10_000), `"${'x'.repeat(80)}…": `],
    ['by its type, when it is no string', 80, 'number: '],
  ])('shows the endpoint %s', (_, endpoint, shown) => {
    expect(() => parseEndpoint(endpoint as string)).toThrow(
      expect.objectContaining({
        detail: expect.stringContaining(shown) as string,
      }),
    );
  });

  it('throws nothing but a TransportError, whatever it is given', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.anything()), (value) => {
        try {
          parseEndpoint(value as string);
        } catch (error) {
          expect(TransportError.is(error) && error.code).toBe('ERR_INVALID_ENDPOINT');
        }
      }),
    );
  });

  it('gives back what formatEndpoint was given', () => {
    const tcp = fc.record({
      kind: fc.constant('tcp' as const),
      host: fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6()),
      port: fc.nat(65_535),
      tls: fc.boolean(),
    });
    const unix = fc.record({
      kind: fc.constant('unix' as const),
      path: fc.stringMatching(/^\/?[^/\0]+(\/[^/\0]+)*$/u),
    });
    fc.assert(
      fc.property(fc.oneof(tcp, unix), (parts) => {
        expect(parseEndpoint(formatEndpoint(parts))).toEqual(parts);
      }),
    );
  });

  it('gives the same parts again for the text that formatEndpoint makes of any endpoint it accepts', () => {
    const nearly = fc.stringMatching(
      /^(tcp:\/\/|tls:\/\/|unix:)?(\[[0-9a-f:.]+\]|[a-zA-Z0-9._/-]+)(:\d{1,6})?$/u,
    );
    fc.assert(
      fc.property(nearly, (text) => {
        let parts: EndpointParts | undefined;
        try {
          parts = parseEndpoint(text);
        } catch (error) {
          expect(TransportError.is(error)).toBe(true);
        }
        if (parts !== undefined) expect(parseEndpoint(formatEndpoint(parts))).toEqual(parts);
      }),
      { numRuns: 1000 },
    );
  });
});
