import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './repository.ts';

const LOCK = 'compat/runtimes/package-lock.json';

/** The lock says what, and each machine's npm knows where from: `npm config set omit-lockfile-registry-resolved true`. */
export function checkLock(): void {
  if (!/"resolved":/u.test(readFileSync(join(ROOT, LOCK), 'utf8'))) return;
  throw new Error(`${LOCK} names a registry: write it anew with omit-lockfile-registry-resolved`);
}
