import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atTestEnd } from './at-test-end.ts';

/** A directory of this test alone, gone when the test ends. */
export function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'rxjs-net-interop-'));
  atTestEnd(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}
