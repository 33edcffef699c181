import { crc32c } from '../../src/proxy-protocol/crc32c.ts';

describe('crc32c', () => {
  // RFC 3720, B.4, where the checksum stands with its lowest byte first; and the check value of the CRC catalogue.
  it.each([
    ['no bytes', Buffer.alloc(0), 0],
    ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
    ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
    ['0 to 31', Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e],
    ['31 to 0', Buffer.from(Array.from({ length: 32 }, (_, index) => 31 - index)), 0x113fdb5c],
    ['123456789', Buffer.from('123456789'), 0xe3069283],
  ])('is that of the RFC for %s', (_name, bytes, checksum) => {
    expect(crc32c(bytes)).toBe(checksum);
  });
});
