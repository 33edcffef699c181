import { lastValueFrom, of, toArray, type Observable } from 'rxjs';
import { lines } from '../../examples/lines.ts';

const linesOf = (chunks: readonly Buffer[], longest?: number): Promise<string[]> => {
  const bytes: Observable<Buffer> = of(...chunks);
  return lastValueFrom(bytes.pipe(lines(longest), toArray()));
};

describe('lines', () => {
  it('makes the same lines of every chunking, even within a character or a line end', async () => {
    const bytes = Buffer.from('naïve\r\n\n€ 5\n🚀');
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)];
      await expect(linesOf(chunks)).resolves.toEqual(['naïve', '', '€ 5', '🚀']);
    }
    const single = Array.from(bytes, (byte) => Buffer.of(byte));
    await expect(linesOf(single)).resolves.toEqual(['naïve', '', '€ 5', '🚀']);
  });

  it('takes what follows the last line end for a line, and nothing for none', async () => {
    await expect(linesOf([Buffer.from('a\nb')])).resolves.toEqual(['a', 'b']);
    await expect(linesOf([Buffer.from('a\n')])).resolves.toEqual(['a']);
    await expect(linesOf([])).resolves.toEqual([]);
  });

  it('errors on a line that does not end', async () => {
    await expect(linesOf([Buffer.from('12345')], 4)).rejects.toThrow('a line is longer than 4 characters');
  });

  it('starts anew with each subscription', async () => {
    const cut = of(Buffer.from('half')).pipe(lines());
    await expect(lastValueFrom(cut)).resolves.toBe('half');
    await expect(lastValueFrom(cut)).resolves.toBe('half');
  });
});
