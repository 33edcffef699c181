import fc from 'fast-check';
import { readUint, writeUint } from '../../src/framing/uint.ts';

const SIZES = [1, 2, 3, 4, 5, 6, 8];

describe('readUint and writeUint', () => {
  it.each([
    [1, 'big', 0xab, 'ab'],
    [2, 'big', 0x0102, '0102'],
    [2, 'little', 0x0102, '0201'],
    [3, 'big', 0x010203, '010203'],
    [3, 'little', 0x010203, '030201'],
    [4, 'big', 0xfffefdfc, 'fffefdfc'],
    [4, 'little', 0xfffefdfc, 'fcfdfeff'],
    [8, 'big', Number.MAX_SAFE_INTEGER, '001fffffffffffff'],
    [8, 'little', 2 ** 32 + 1, '0100000001000000'],
  ] as const)('%i bytes, %s: %i is %s', (bytes, endian, value, digits) => {
    const memory = Buffer.alloc(bytes + 2);
    writeUint(memory, 1, value, bytes, endian);
    expect(memory.toString('hex')).toBe(`00${digits}00`);
    expect(readUint(memory, 1, bytes, endian)).toBe(value);
  });

  it('cuts off what does not fit at the top', () => {
    const memory = Buffer.alloc(2);
    writeUint(memory, 0, 0x010203, 2, 'big');
    expect(memory.toString('hex')).toBe('0203');
  });

  it('reads what is too large for a number as something above the largest safe one', () => {
    expect(readUint(Buffer.alloc(8, 0xff), 0, 8, 'big')).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
    expect(readUint(Buffer.from('0000000000002000', 'hex'), 0, 8, 'little')).toBeGreaterThan(
      Number.MAX_SAFE_INTEGER,
    );
  });

  it('reads what it has written', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SIZES),
        fc.constantFrom('big' as const, 'little' as const),
        fc.maxSafeNat(),
        (bytes, endian, value) => {
          const memory = Buffer.alloc(bytes);
          writeUint(memory, 0, value, bytes, endian);
          expect(readUint(memory, 0, bytes, endian)).toBe(value % 2 ** (8 * bytes));
        },
      ),
    );
  });
});
