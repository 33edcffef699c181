import { readdirSync } from 'node:fs';
import { posix } from 'node:path';

// What others have written, and what is built. It is never entered: the benchmark's node_modules has a link to this repository, in
// which the same would be found again, and again.
const FOREIGN: readonly string[] = ['node_modules', 'dist', 'site'];

/** The files of a folder and of those in it, by their paths. */
export function filesWithin(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (!entry.isDirectory()) return [path];
    return FOREIGN.includes(entry.name) ? [] : filesWithin(path);
  });
}
