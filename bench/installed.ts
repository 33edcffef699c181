import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Of bench/, seen from bench/dist/.
const NEEDED = [
  { path: '../node_modules/vega', command: 'npm ci --prefix bench' },
  { path: '../node_modules/rxjs-net/dist/esm/index.js', command: 'npm run build' },
];

/** Says what to do first, instead of failing with the name of some module in the middle of a run. */
export function requireInstalled(): void {
  const missing = NEEDED.filter(({ path }) => !existsSync(fileURLToPath(new URL(path, import.meta.url))));
  if (missing.length === 0) return;
  const commands = missing.map(({ command }) => command).join(' && ');
  throw new Error(`the benchmark is not ready to run; in the root of the repository: ${commands}`);
}
