/**
 * What `tsc` leaves to do after the two builds.
 *
 * 1. `rewriteRelativeImportExtensions` turns './a.ts' into './a.js' in the emitted JavaScript, but not in the declarations,
 *    where it would name a file that is not there. The length stays the same, so the declaration maps stay right.
 * 2. `dist/cjs` is CommonJS inside of a package of `"type": "module"`, and says so with a package.json of its own.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// `from './a.ts'`, `import './a.ts'` and the type `import('./a.ts')`, with either quote.
const RELATIVE_TS = /(?<before>\b(?:from|import)\s*\(?\s*(?<quote>["'])\.{1,2}\/[^"'\n]+)\.ts\k<quote>/gu;

for (const name of readdirSync('dist', { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.d.ts')) continue;
  const path = join('dist', name);
  writeFileSync(path, readFileSync(path, 'utf8').replace(RELATIVE_TS, '$<before>.js$<quote>'));
}

writeFileSync(join('dist', 'cjs', 'package.json'), '{ "type": "commonjs" }\n');
