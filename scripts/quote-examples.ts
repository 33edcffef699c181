import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { quoteDeclaration } from './quote-declaration.ts';

const ROOT = process.cwd();
const QUOTE = /<!-- (?<what>file|output): (?<of>.+) -->\n[^]*?<!-- end -->/gu;

/**
 * Puts into a page what it quotes: files, and what programs print.
 *
 * ```md
 * <!-- file: examples/echo.ts -->        the file, as code
 * <!-- end -->
 * <!-- file: examples/echo.ts#report --> what it declares as report, with its comment
 * <!-- end -->
 * <!-- output: examples/echo.ts 7000 --> what this program prints
 * <!-- end -->
 * ```
 */
export function quoteExamples(page: string): string {
  return page.replace(QUOTE, (_, what: string, of: string) => {
    const text = what === 'file' ? sourceOf(of) : outputOf(of.split(' '));
    const language = what === 'file' ? 'ts' : 'text';
    return `<!-- ${what}: ${of} -->\n\n\`\`\`${language}\n${text.trimEnd()}\n\`\`\`\n\n<!-- end -->`;
  });
}

function sourceOf(quoted: string): string {
  const [path = '', name] = quoted.split('#');
  const source = readFileSync(join(ROOT, path), 'utf8');
  return name === undefined ? source : quoteDeclaration(source, name);
}

/** A program that finds what it looks for may say so by its exit code; what it has to say is on its standard output. */
function outputOf(command: readonly string[]): string {
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', ...command], {
    cwd: ROOT,
    env: { ...process.env, RXJS_NET_SEED: undefined },
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (stderr !== '') throw new Error(`${command.join(' ')} failed: ${stderr}`);
  return stdout;
}
