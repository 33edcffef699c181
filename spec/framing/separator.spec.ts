import fc from 'fast-check';
import { Separator } from '../../src/framing/separator.ts';

// Few letters, so that beginnings and ends are often the same.
const letters = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom('a', 'b'), minLength, maxLength });

describe('Separator', () => {
  it('knows how much of it stands at the end of what came, in whatever pieces', () => {
    fc.assert(
      fc.property(letters(1, 6), fc.array(letters(0, 8)), (text, pieces) => {
        const separator = new Separator(Buffer.from(text));
        const all = pieces.join('');
        fc.pre(!all.includes(text));
        let matched = 0;
        for (const piece of pieces) matched = separator.matchedAfter(matched, Buffer.from(`--${piece}`), 2);
        let longest = text.length - 1;
        while (!all.endsWith(text.slice(0, longest))) longest -= 1;
        expect(matched).toBe(longest);
      }),
      { numRuns: 1000 },
    );
  });

  it('knows what it would be found too early after', () => {
    fc.assert(
      fc.property(letters(1, 6), letters(0, 12), (text, message) => {
        const separator = new Separator(Buffer.from(text));
        expect(separator.isFoundEarlyAfter(Buffer.from(message))).toBe(
          `${message}${text}`.indexOf(text) < message.length,
        );
      }),
      { numRuns: 1000 },
    );
  });
});
