import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { output } from './command.ts';
import { floorOf, manifest, ROOT } from './repository.ts';

export interface InstalledPackage {
  /** A folder with the consumers, and a node_modules for all of them. */
  readonly folder: string;
  remove(): void;
}

const WITHIN = 300_000;

/** What `npm publish` would publish, installed as its users do: beside the oldest peers that it allows. */
export async function installPackage(): Promise<InstalledPackage> {
  const folder = mkdtempSync(join(tmpdir(), 'rxjs-net-compat-'));
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const app = join(folder, 'app');
    mkdirSync(app);
    cpSync(join(ROOT, 'compat/consumers'), app, { recursive: true });
    writeFileSync(join(app, 'package.json'), '{ "private": true }\n');
    const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
    await output({ file: 'npm', args, cwd: ROOT, within: WITHIN });
    const tarball = join(folder, `${manifest.name}-${manifest.version}.tgz`);
    const peers = Object.entries(manifest.peerDependencies).map(
      ([name, range]) => `${name}@${floorOf(range)}`,
    );
    const types = `@types/node@${manifest.devDependencies['@types/node'] ?? 'latest'}`;
    const quiet = ['--no-audit', '--no-fund', '--prefer-offline'];
    await output({
      file: 'npm',
      args: ['install', ...quiet, tarball, ...peers, types],
      cwd: app,
      within: WITHIN,
    });
    return { folder: app, remove };
  } catch (error) {
    remove();
    throw error;
  }
}
