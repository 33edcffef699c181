import { BlockList } from 'node:net';
import fc from 'fast-check';
import { allowAddresses, denyAddresses, type AddressList, type Endpoint } from '../../src/index.ts';
import { arrivalFrom } from './arrivals.ts';

const isAllowed = (list: AddressList, remote: Endpoint): unknown => allowAddresses(list)(arrivalFrom(remote));
const isDenied = (list: AddressList, remote: Endpoint): boolean =>
  denyAddresses(list)(arrivalFrom(remote)) === false;

describe('a list of addresses', () => {
  it.each<[string, readonly string[], Endpoint, boolean]>([
    ['an address', ['192.0.2.7'], '192.0.2.7:1', true],
    ['another address', ['192.0.2.7'], '192.0.2.8:1', false],
    ['the first of a network', ['10.0.0.0/8'], '10.0.0.0:1', true],
    ['the last of a network', ['10.0.0.0/8'], '10.255.255.255:1', true],
    ['the one behind a network', ['10.0.0.0/8'], '11.0.0.0:1', false],
    ['one of several networks', ['10.0.0.0/8', '2001:db8::/32'], '[2001:db8:1::5]:1', true],
    ['IPv6 outside', ['2001:db8::/32'], '[2001:db9::5]:1', false],
    ['no neighbour of an address of IPv6', ['2001:db8::1'], '[2001:db8::2]:1', false],
    ['IPv6 in another spelling', ['2001:DB8:0:0:0:0:0:1'], '[2001:db8::1]:1', true],
    ['everybody of IPv4', ['0.0.0.0/0'], '203.0.113.9:1', true],
    ['nobody of IPv6 by a list of IPv4', ['0.0.0.0/0'], '[2001:db8::1]:1', false],
    ['IPv4 that was mapped', ['10.0.0.0/8'], '[::ffff:10.1.2.3]:1', true],
    ['IPv4 by a network that was mapped', ['::ffff:10.0.0.0/104'], '10.1.2.3:1', true],
    ['IPv4 by an address that was mapped', ['::ffff:10.1.2.3'], '10.1.2.3:1', true],
    ['mapped by mapped', ['::ffff:10.0.0.0/104'], '[::ffff:10.1.2.3]:1', true],
    ['an address with a zone', ['fe80::/10'], '[fe80::1%eth0]:1', true],
    ['nobody, when it is empty', [], '192.0.2.7:1', false],
    ['no Unix socket', ['0.0.0.0/0', '::/0'], 'unix:', false],
    ['nobody of IPv4 by a list of IPv6', ['::/0'], '10.0.0.1:1', false],
    ['nobody mapped by a list of IPv6', ['::/0'], '[::ffff:10.0.0.1]:1', false],
  ])('holds, or does not: %s', (_, list, remote, expected) => {
    expect([isAllowed(list, remote), isDenied(list, remote)]).toEqual([expected, expected]);
  });

  it.each([
    '',
    'localhost',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    '10.0.0/8',
    '::ffff:10.0.0.0/95',
    '1.2.3.4/1e1',
  ])('is refused with what is no address and no network, and the error tells which: %p', (entry) => {
    const refusal: unknown = expect.objectContaining({
      code: 'ERR_INVALID_OPTION',
      phase: 'parse',
      detail: expect.stringContaining(`'${entry}'`),
    });
    expect(() => allowAddresses(['10.0.0.0/8', entry])).toThrow(refusal as Error);
    expect(() => denyAddresses(['10.0.0.0/8', entry])).toThrow(refusal as Error);
  });

  it('lets nobody in who has no address to be found, by either list', () => {
    const list = ['0.0.0.0/0', '::/0'];
    const gone = arrivalFrom('unknown:0');
    expect([allowAddresses(list)(gone), denyAddresses(list)(gone), denyAddresses([])(gone)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it.each<[string, unknown]>([
    ['text', '10.0.0.0/8'],
    ['null', null],
    ['an object', {}],
    ['numbers', [5]],
  ])('is refused when it is %s, as from a program without types', (_, list) => {
    expect(() => allowAddresses(list as AddressList)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_OPTION' }),
    );
  });

  it('can be a BlockList, which may change while the server runs', () => {
    const banned = new BlockList();
    const accept = denyAddresses(banned);
    const arrival = arrivalFrom('203.0.113.9:1');
    expect(accept(arrival)).toBe(true);
    banned.addAddress('203.0.113.9');
    expect(accept(arrival)).toBe(false);
  });

  it('finds every IPv4 address of a network, mapped or not', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, prefix) => {
        const list = [`${address}/${prefix}`];
        expect([isAllowed(list, `${address}:1`), isAllowed(list, `[::ffff:${address}]:1`)]).toEqual([
          true,
          true,
        ]);
      }),
    );
  });
});
