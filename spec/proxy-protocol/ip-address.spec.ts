import fc from 'fast-check';
import { isIP, SocketAddress } from 'node:net';
import { addressBytes, addressText, mapped, plainAddressText } from '../../src/proxy-protocol/ip-address.ts';

describe('addressBytes and addressText', () => {
  it.each([
    ['127.0.0.1', '7f000001', '127.0.0.1'],
    ['::', '0'.repeat(32), '::'],
    ['::1', '1'.padStart(32, '0'), '::1'],
    ['FE80:0:0:0:0:0:0:A', 'fe80'.padEnd(31, '0') + 'a', 'fe80::a'],
    ['1:0:0:2:0:0:0:3', '0001 0000 0000 0002 0000 0000 0000 0003', '1:0:0:2::3'],
    ['::ffff:1.2.3.4', '00000000000000000000ffff01020304', '::ffff:1.2.3.4'],
    ['::FFFF:102:304', '00000000000000000000ffff01020304', '::ffff:1.2.3.4'],
  ])('know %s', (text, hex, canonical) => {
    const bytes = addressBytes(text) ?? Buffer.alloc(0);
    expect(bytes.toString('hex')).toBe(hex.replaceAll(' ', ''));
    expect(addressText(bytes)).toBe(canonical);
  });

  it.each(['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '01.2.3.4', '1.2.3.4 ', '1..2.3', '0x1.2.3.4', '16909060'])(
    'find no IPv4 address in %j',
    (text) => {
      expect(addressBytes(text)).toBeUndefined();
    },
  );

  it.each([
    ':',
    ':::',
    '1::2::3',
    '12345::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '::g',
    '[::1]',
    '::1%lo',
    '::\t1',
    '\n::1',
    '::1]/[',
    ' ::1',
  ])('find no IPv6 address in %j', (text) => {
    expect(addressBytes(text)).toBeUndefined();
  });

  it('agree with Node about what is an address', () => {
    const nearly = fc.stringMatching(/^[\da-fA-F:.]{0,20}$/u);
    const parts = fc.array(fc.constantFrom('0', '1', 'ff', '255', '1.2.3.4', '', ':', '::'), {
      maxLength: 9,
    });
    const text = fc.oneof(
      nearly,
      parts.map((each) => each.join(':')),
      parts.map((each) => each.join('.')),
    );
    fc.assert(
      fc.property(fc.oneof(text, fc.ipV4(), fc.ipV6()), (each) => {
        expect([each, addressBytes(each)?.length]).toEqual([each, { 0: undefined, 4: 4, 6: 16 }[isIP(each)]]);
      }),
      { numRuns: 2000 },
    );
  });

  it('write every address as Node does', () => {
    // Node writes ::1.2.3.4 for the addresses that RFC 4291 has given up.
    const address = fc
      .oneof(
        fc.ipV4(),
        fc.ipV6(),
        fc.ipV4().map((ipv4) => `::ffff:${ipv4}`),
      )
      .filter((each) => each.startsWith('::ffff:') || !/^(?:0*:)+:?[^:]*:?[^:]*$/u.test(each));
    fc.assert(
      fc.property(address, (each) => {
        const family = isIP(each) === 4 ? 'ipv4' : 'ipv6';
        const bytes = addressBytes(each) ?? Buffer.alloc(0);
        expect(addressText(bytes)).toBe(new SocketAddress({ address: each, family }).address);
        expect(addressBytes(plainAddressText(bytes))).toEqual(bytes);
      }),
    );
  });
});

describe('mapped', () => {
  it('makes IPv6 of IPv4', () => {
    expect(addressText(mapped(Buffer.from([1, 2, 3, 4])))).toBe('::ffff:1.2.3.4');
  });
});
