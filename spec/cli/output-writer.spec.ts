import { PassThrough } from 'node:stream';
import type { Output } from '../../src/cli/command.ts';
import { outputWriter } from '../../src/cli/output-writer.ts';

/** What stands on a terminal after that output: it knows the two sequences that are used. */
function shownAfter(...outputs: readonly Output[]): readonly string[] {
  const stream = new PassThrough();
  const write = outputWriter(stream as unknown as NodeJS.WriteStream, new PassThrough());
  outputs.forEach(write);
  const written = String(stream.read() ?? '');
  let lines = [''];
  // eslint-disable-next-line no-control-regex -- these are the controls
  for (const part of written.split(/(\n|\u001b\[\d*[A-Z])/u)) {
    // eslint-disable-next-line no-control-regex -- as above
    const up = /\u001b\[(?<count>\d+)A/u.exec(part)?.groups?.['count'];
    if (part === '\n') lines.push('');
    else if (up !== undefined) lines = [...lines.slice(0, -1 - Number(up)), ''];
    else if (!part.startsWith('\u001b')) lines[lines.length - 1] = `${lines.at(-1) ?? ''}${part}`;
  }
  return lines.slice(0, -1);
}

const line = (text: string): Output => ({ kind: 'line', text });
const screen = (...lines: string[]): Output => ({ kind: 'screen', lines });

describe('outputWriter', () => {
  it('writes lines one below the other', () => {
    expect(shownAfter(line('a'), line('b'))).toEqual(['a', 'b']);
  });

  it('writes each screen in the place of the one before', () => {
    expect(shownAfter(line('a'), screen('1', '2', '3'), screen('4'), screen('5', '6'))).toEqual([
      'a',
      '5',
      '6',
    ]);
  });

  it('keeps the screen below the lines', () => {
    expect(shownAfter(screen('1', '2'), line('a'), line('b'))).toEqual(['a', 'b', '1', '2']);
  });

  it('clears to the end of the terminal, where longer lines may have stood', () => {
    const stream = new PassThrough();
    const write = outputWriter(stream as unknown as NodeJS.WriteStream, new PassThrough());
    write(screen('a long line'));
    write(screen('b'));
    expect(String(stream.read())).toBe('a long line\n\u001b[1A\u001b[0Jb\n');
  });

  it('writes notes elsewhere, where they are not taken for data', () => {
    const stream = new PassThrough();
    const notes = new PassThrough();
    const write = outputWriter(stream as unknown as NodeJS.WriteStream, notes);
    write({ kind: 'note', text: 'listening' });
    expect(stream.read()).toBeNull();
    expect(String(notes.read())).toBe('listening\n');
  });
});
