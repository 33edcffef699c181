import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, release } from 'node:os';

const PAGE = 'docs/reliability.md';
const TITLE =
  '# Reliability\n\nWhat the library was put through, and what came of it. Each part is written by the command that it names.\n';

/** Puts a part of the page between its own marks, and leaves the rest of it alone. */
export function writeReliabilitySection(name: string, text: string): void {
  const begin = `<!-- ${name}:begin -->`;
  const end = `<!-- ${name}:end -->`;
  const page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : TITLE;
  const section = `${begin}\n\n${text.trim()}\n\n${end}`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  const whole = from >= 0 && to > from;
  writeFileSync(
    PAGE,
    whole ? page.slice(0, from) + section + page.slice(to + end.length) : `${page.trimEnd()}\n\n${section}\n`,
  );
}

/** A table in Markdown; the first column is text, the others are numbers. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const line = (cells: readonly (string | number)[]): string =>
    `| ${cells.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)).join(' | ')} |`;
  return [line(head), `| --- |${' ---: |'.repeat(head.length - 1)}`, ...rows.map(line)].join('\n');
}

/** What it was measured on. */
export function machine(): string {
  const [processor] = cpus();
  return `Node ${process.version} on Linux ${release()} ${arch()}, ${cpus().length} × ${processor?.model.trim() ?? 'unknown'}`;
}
