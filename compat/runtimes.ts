import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { output } from './command.ts';
import { floorOf, manifest, ROOT } from './repository.ts';

export interface Runtime {
  /** As runtimes/package.json calls it. */
  readonly name: string;
  readonly version: string;
  readonly file: string;
  /** What stands before the name of a program. */
  readonly args: readonly string[];
}

const FOLDER = join(ROOT, 'compat/runtimes');

// Deno asks for everything that a program does, and would make a node_modules of its own.
const DENO_ARGS = ['run', '--allow-all', '--node-modules-dir=manual', '--no-check'];

/** The runtimes that runtimes/package.json pins, installed if they are not. */
export async function installedRuntimes(): Promise<readonly Runtime[]> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    const here = `${process.platform} on ${process.arch}`;
    throw new Error(`npm run test:compat is for Linux on x64, and this is ${here}: use npm test`);
  }
  const pinned = runtimes();
  const floor = floorOf(manifest.engines.node);
  if (!pinned.some(({ version }) => version === floor)) {
    throw new Error(`"engines" begins with Node ${floor}, which is not in compat/runtimes/package.json`);
  }
  if (!pinned.every(isInstalled)) {
    const args = ['ci', '--no-audit', '--no-fund'];
    await output({ file: 'npm', args, cwd: FOLDER, within: 600_000 });
  }
  return pinned;
}

function runtimes(): readonly Runtime[] {
  const { dependencies } = readJson(join(FOLDER, 'package.json')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  return Object.entries(dependencies).map(([name, alias]) => ({
    name,
    version: alias.slice(alias.lastIndexOf('@') + 1),
    file: join(FOLDER, 'node_modules', name, programOf(name)),
    args: name === 'deno' ? DENO_ARGS : [],
  }));
}

function programOf(name: string): string {
  if (name === 'deno') return 'deno';
  return name === 'bun' ? 'bin/bun' : 'bin/node';
}

export function isNode({ name }: Pick<Runtime, 'name'>): boolean {
  return name.startsWith('node');
}

function isInstalled({ name, version }: Runtime): boolean {
  const path = join(FOLDER, 'node_modules', name, 'package.json');
  if (!existsSync(path)) return false;
  const found = readJson(path) as { readonly version: string };
  // Some of the packages write it with a v.
  return found.version.replace(/^v/u, '') === version;
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
