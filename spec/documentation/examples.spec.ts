import { compileAll } from './compile.ts';
import { codeBlocks, publicComments } from './doc-comments.ts';
import { runExample } from './run-example.ts';

const SECONDS = 1_000;
// Their examples say it all: a text goes in, and another one comes out.
const PURE = /^src\/endpoint\//u;
const comments = publicComments();
const examples = comments
  .flatMap(({ name, text }) => codeBlocks(text, 'ts').map((code) => ({ name, code })))
  .map((example, index) => ({ ...example, file: `${index}-${example.name}` }));

describe('the comments of what the package exports', () => {
  it.each(comments.filter(({ kind }) => !['interface', 'type'].includes(kind)))(
    'have an example of $name',
    ({ text }) => {
      expect(codeBlocks(text.slice(text.indexOf('@example')), 'ts')).toHaveLength(1);
    },
  );

  it('have no other code in TypeScript than examples', () => {
    const others = comments.filter(
      ({ text }) => codeBlocks(text.split('@example')[0] ?? '', 'ts').length > 0,
    );
    expect(others.map(({ name }) => name)).toEqual([]);
  });

  it.each(comments)('begin with a sentence about $name', ({ text }) => {
    expect(text.trim()).toMatch(/^[^@][^]*?[.:;]\s/u);
  });

  it.each(comments.filter(({ file, kind }) => kind === 'function' && !PURE.test(file)))(
    'draw what $name does',
    ({ text }) => {
      expect(codeBlocks(text, 'text').length).toBeGreaterThan(0);
    },
  );
});

describe('the examples in the comments', () => {
  const compiled = compileAll(new Map(examples.map(({ file, code }) => [file, code])));

  it.each(examples)('compile: $name', ({ file }) => {
    expect(compiled.get(file)?.errors).toEqual([]);
  });

  it.each(examples)(
    'run, print what they say, and end: $name',
    async ({ file, code }) => {
      const run = await runExample(file, code, compiled.get(file)?.javaScript ?? '');
      expect(run.stderr).toBe('');
      expect(linesOf(run.stdout)).toEqual(expect.arrayContaining(promised(code)));
      // What listens is stopped, by a signal that it may handle; anything else has to end by itself.
      expect(run.answer === undefined ? [0] : [0, 'SIGTERM']).toContain(run.exit);
      expect(run.answer).not.toBe('');
    },
    30 * SECONDS,
  );
});

/** What stands behind `console.log(…)` in an example. */
function promised(code: string): readonly string[] {
  return [...code.matchAll(/console\.log\(.*\);? \/\/ (?<output>.+)$/gmu)].map(
    ({ groups }) => groups?.['output'] ?? '',
  );
}

function linesOf(text: string): readonly string[] {
  return text.split('\n');
}
