import fc from 'fast-check';
import { hexDump } from '../../../src/operators/wiretap/hex-dump.ts';

describe('hexDump', () => {
  it('shows 16 bytes a line, with their place and their text', () => {
    const bytes = Buffer.from('The quick brown fox\n\u0000é');
    expect(hexDump(bytes)).toBe(
      [
        '00000000  54 68 65 20 71 75 69 63  6b 20 62 72 6f 77 6e 20  |The quick brown |',
        '00000010  66 6f 78 0a 00 c3 a9                              |fox....|',
      ].join('\n'),
    );
    expect(hexDump(Buffer.alloc(0))).toBe('');
  });

  it('has every byte, and nothing that a terminal would obey', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const dump = hexDump(Buffer.from(bytes));
        const hex = dump
          .replace(/^[\da-f]{8} {2}(?<bytes>.{48}) {2}\|.*\|$/gmu, '$<bytes>')
          .replace(/\s/gu, '');
        expect(hex).toBe(Buffer.from(bytes).toString('hex'));
        expect(dump).toMatch(/^[\n -~]*$/u);
      }),
    );
  });
});
