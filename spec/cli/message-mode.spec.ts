import type { Duplex } from 'node:stream';
import { bytesMode, linesMode } from '../../src/cli/message-mode.ts';
import { connectionDouble } from '../../src/testing/index.ts';

const whole = linesMode('\n', ({ id }) => `${id}: `);
const connection = connectionDouble({ id: 'c' });

async function pieces(splitter: Duplex, ...chunks: readonly (string | Buffer)[]): Promise<unknown[]> {
  for (const chunk of chunks) splitter.write(chunk);
  splitter.end();
  const all: unknown[] = [];
  for await (const piece of splitter) all.push(piece);
  return all;
}

describe('the mode of bytes', () => {
  it('changes nothing', async () => {
    const bytes = Buffer.from([0, 255, 10, 13]);
    expect(Buffer.concat((await pieces(bytesMode.splitter(), bytes)) as Buffer[])).toEqual(bytes);
    expect(bytesMode.print(bytes, connection)).toBe(bytes);
    expect(bytesMode.over(connection)).toBe(connection);
  });
});

describe('the mode of lines', () => {
  it('cuts standard input into lines, and takes what is not finished for one', async () => {
    expect(await pieces(whole.splitter(), 'a', 'b\nc\r\n\nd')).toEqual(['ab', 'c', '', 'd']);
    expect(await pieces(whole.splitter(), 'a\n')).toEqual(['a']);
    expect(await pieces(whole.splitter())).toEqual([]);
  });

  it('fails for a line that no connection would take', async () => {
    await expect(pieces(whole.splitter(), Buffer.alloc(5 * 1024 * 1024, 'a'))).rejects.toMatchObject({
      code: 'ERR_FRAME_TOO_LONG',
    });
  });

  it('leaves the bytes of a line as they are, in any encoding', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte !== 10));
    const [line] = await pieces(whole.splitter(), bytes);
    expect(whole.print(String(line), connection)).toEqual(
      Buffer.concat([Buffer.from('c: '), bytes, Buffer.from('\n')]),
    );
  });
});
