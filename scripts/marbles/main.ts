/** Draws each text of docs/marbles as SVG. `npm run docs:marbles`; with `--check` it writes nothing, and fails where they differ. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawDiagram } from './draw-diagram.ts';
import { parseDiagram } from './parse-diagram.ts';

const FOLDER = 'docs/marbles';
const isCheck = process.argv.includes('--check');

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.txt'))) {
  const svg = drawDiagram(parseDiagram(readFileSync(join(FOLDER, file), 'utf8')));
  const path = join(FOLDER, file.replace(/\.txt$/u, '.svg'));
  if (!isCheck) writeFileSync(path, svg);
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== svg) {
    console.error(`${path} is not what ${file} says: npm run docs:marbles`);
    process.exitCode = 1;
  }
}
