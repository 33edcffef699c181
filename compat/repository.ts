import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The root of the repository. */
export const ROOT: string = join(import.meta.dirname, '..');

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly exports: Readonly<Record<string, unknown>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

export const manifest: Manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;

/** The oldest version that a range of the form `^1.2.3` or `>=1.2.3` allows. */
export function floorOf(range: string): string {
  const floor = /^(?:\^|>=)?(\d+\.\d+\.\d+)$/u.exec(range)?.[1];
  if (floor === undefined) throw new Error(`the range ${range} of package.json has another form than ^1.2.3`);
  return floor;
}
