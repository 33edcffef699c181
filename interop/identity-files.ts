import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Identity } from '../spec/certificates.ts';
import { freshDirectory } from './fresh-directory.ts';

/** Where a foreign program finds a certificate and its key. */
export interface IdentityFiles {
  readonly cert: string;
  readonly key: string;
}

export function identityFiles({ cert, key }: Identity): IdentityFiles {
  const directory = freshDirectory();
  const files = { cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };
  writeFileSync(files.cert, cert);
  writeFileSync(files.key, key);
  return files;
}

export function authorityFile(ca: string): string {
  const file = join(freshDirectory(), 'ca.pem');
  writeFileSync(file, ca);
  return file;
}
