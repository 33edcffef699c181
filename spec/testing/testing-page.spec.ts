import { readFileSync } from 'node:fs';
import { compileFunction } from 'node:vm';
import { ModuleKind, transpileModule } from 'typescript';

const page = readFileSync('docs/testing.md', 'utf8');
const examples = [...page.matchAll(/^```ts\n(?<code>.*?)^```$/gmsu)].map(
  ({ groups }) => groups?.['code'] ?? '',
);

describe('docs/testing.md', () => {
  const diagrams: unknown[] = [];
  const quiet = { log: (diagram: unknown) => diagrams.push(diagram) };

  for (const code of examples) {
    const { outputText } = transpileModule(code, { compilerOptions: { module: ModuleKind.CommonJS } });
    // Each is a spec of its own, of the package as it was built.
    const example = compileFunction(outputText, ['require', 'exports', 'it', 'expect', 'console']);
    Reflect.apply(example, undefined, [require, {}, it, expect, quiet]);
  }

  it('has two such examples, of which one draws a diagram', () => {
    expect(examples).toHaveLength(2);
    expect(diagrams).toEqual([expect.stringContaining('■ crash, reset')]);
  });
});
