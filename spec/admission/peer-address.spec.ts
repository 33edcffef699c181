import fc from 'fast-check';
import { addressBlock } from '../../src/admission/peer-address.ts';
import type { Endpoint } from '../../src/index.ts';

describe('what counts as one address', () => {
  it.each<[Endpoint, string]>([
    ['192.0.2.7:1', '192.0.2.7'],
    ['tls://192.0.2.7:1', '192.0.2.7'],
    ['[::ffff:192.0.2.7]:1', '192.0.2.7'],
    ['[2001:db8:1:2:3:4:5:6]:1', '2001:db8:1:2'],
    ['[2001:db8:1:2::]:1', '2001:db8:1:2'],
    ['[2001:db8::6]:1', '2001:db8:0:0'],
    ['[2001::2:3:4:5:6:7]:1', '2001:0:2:3'],
    ['[::1]:1', '0:0:0:0'],
    ['[fe80::1%eth0]:1', 'fe80:0:0:0'],
    ['unix:', ''],
    ['unknown:0', 'unknown'],
  ])('is, of %s, %p', (endpoint, block) => {
    expect(addressBlock(endpoint)).toBe(block);
  });

  it('is the same for all of a /64, and another one for the next', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 0xffff }), { minLength: 8, maxLength: 8 }), (groups) => {
        const endpointOf = (...parts: readonly number[]): Endpoint =>
          `[${parts.map((part) => part.toString(16)).join(':')}]:1`;
        const [a = 1, b = 1, c = 1, d = 1] = groups;
        expect(addressBlock(endpointOf(...groups))).toBe(addressBlock(endpointOf(a, b, c, d, 1, 2, 3, 4)));
        expect(addressBlock(endpointOf(a, b, c, d ^ 1, 1, 2, 3, 4))).not.toBe(
          addressBlock(endpointOf(...groups)),
        );
      }),
    );
  });
});
