import { readdirSync, readFileSync } from 'node:fs';
import { quoteDeclaration } from '../../scripts/quote-declaration.ts';
import { quoteExamples } from '../../scripts/quote-examples.ts';

const GUIDES = 'docs/guides';
const guides = readdirSync(GUIDES).filter((file) => file.endsWith('.md') && file !== 'README.md');

describe('docs/guides', () => {
  it.each(guides)(
    '%s quotes files as they are, and what programs print now: else, npm run docs:guides',
    (file) => {
      const page = readFileSync(`${GUIDES}/${file}`, 'utf8');
      expect(quoteExamples(page)).toBe(page);
    },
    // Each program of a page is a process that has to load TypeScript.
    180_000,
  );

  it.each(guides)('%s has a line in the index', (file) => {
    expect(readFileSync(`${GUIDES}/README.md`, 'utf8')).toContain(`](${file})`);
  });
});

describe('quoteDeclaration', () => {
  const source =
    'import "x";\n\nconst a = {\n  /** B. */\n  b: () => 1,\n};\n\n// C.\nfunction c() {\n  return;\n}\n';

  it('takes a declaration with the comment above it', () => {
    expect(quoteDeclaration(source, 'c')).toBe('// C.\nfunction c() {\n  return;\n}');
  });

  it('moves what is indented to the margin', () => {
    expect(quoteDeclaration(source, 'b')).toBe('/** B. */\nb: () => 1');
  });

  it('fails for a name that is not declared', () => {
    expect(() => quoteDeclaration(source, 'd')).toThrow('nothing is declared as d');
  });
});
