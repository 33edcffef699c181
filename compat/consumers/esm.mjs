// Every entry point of the package, imported by a program that is an ES module.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as net from 'rxjs-net';
import { talk } from './expectations.mjs';

const require = createRequire(import.meta.url);
const manifest = JSON.parse(readFileSync(require.resolve('rxjs-net/package.json'), 'utf8'));

await talk(net);
const entries = Object.keys(manifest.exports).filter((entry) => !entry.endsWith('.json'));
for (const entry of entries) {
  const name = `rxjs-net${entry.slice(1)}`;
  const imported = Object.keys(await import(name)).sort();
  const required = Object.keys(require(name)).sort();
  if (imported.length === 0) throw new Error(`${name} exports nothing`);
  if (imported.join() !== required.join()) {
    throw new Error(`${name}: import gives ${imported}, require ${required}`);
  }
  console.log(`${name}: ${imported.length} names`);
}
