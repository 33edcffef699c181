import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url));

/** Puts what a command has measured into docs/reliability.md, between the marks of that command. */
export function publish(script: string, content: string): void {
  writeFileSync(FILE, between(readFileSync(FILE, 'utf8'), script, content));
}

function between(document: string, script: string, content: string): string {
  const begin = `<!-- The table is written by \`npm run ${script}\`. -->`;
  const end = `<!-- The end of the table of \`npm run ${script}\`. -->`;
  const from = document.indexOf(begin);
  const to = document.indexOf(end, from);
  if (from < 0 || to < 0)
    throw new Error(`docs/reliability.md has no place for a table: '${begin}' … '${end}'`);
  return [document.slice(0, from + begin.length), '', content, '', document.slice(to)].join('\n');
}

/** Where and with which seed something was measured. */
export function circumstances(seed: number): string {
  const date = new Date().toISOString().slice(0, 10);
  const processors = cpus();
  const cpu = processors[0]?.model.trim() ?? 'an unknown processor';
  return `Measured on ${date} with Node.js ${process.versions.node} on ${cpu}, ${processors.length} cores; seed ${seed}.`;
}
