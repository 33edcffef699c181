import { readFileSync } from 'node:fs';
import { markdownFiles } from '../../scripts/site/markdown-files.ts';
import { compileAll } from './compile.ts';
import { codeBlocks } from './doc-comments.ts';
import { LEFT_OUT, OTHER_MODULES, type LeftOut } from './left-out.ts';

interface Piece {
  readonly page: string;
  readonly number: number;
  readonly file: string;
  readonly code: string;
  readonly leftOut: LeftOut | undefined;
}

// What a page quotes is a file of its own, which is compiled as such.
const QUOTED = /<!-- (?:file|output): [^]*?<!-- end -->/gu;

const pieces: readonly Piece[] = markdownFiles().flatMap((page) =>
  codeBlocks(readFileSync(page, 'utf8').replace(QUOTED, ''), 'ts').map((code, index) => ({
    page,
    number: index + 1,
    file: `${page.replace(/\W/gu, '-')}-${index}`,
    code,
    leftOut: LEFT_OUT.find((one) => one.page === page && code.includes(one.of)),
  })),
);

describe('the code on the pages', () => {
  const compiled = compileAll(
    new Map([
      ...OTHER_MODULES,
      ...pieces.map(({ file, code }): [string, string] => [file, asModule(code)]),
      ...pieces.map(({ file, code, leftOut }): [string, string] => [
        `whole-${file}`,
        `${leftOut?.code ?? ''}\n${asModule(code)}`,
      ]),
    ]),
  );

  it.each(pieces)('compiles: $page, $number', ({ file }) => {
    expect(compiled.get(`whole-${file}`)?.errors).toEqual([]);
  });

  it.each(LEFT_OUT)('leaves out only what is said, because $because: $page, $of', (one) => {
    const those = pieces.filter(({ leftOut }) => leftOut === one);
    expect(those).toHaveLength(1);
    expect(compiled.get(those[0]?.file ?? '')?.errors).not.toEqual([]);
  });
});

/** Each piece is a module of its own, as in a file. */
function asModule(code: string): string {
  return `${code}\nexport {};`;
}
