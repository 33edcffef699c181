import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filesWithin } from '../../scripts/site/files-within.ts';
import { afterThisSpec } from '../cleanup.ts';

describe('filesWithin', () => {
  it('finds what is in folders, but nothing that others have written or that is built', () => {
    const root = mkdtempSync(join(tmpdir(), 'rxjs-net-files-'));
    afterThisSpec(() => {
      rmSync(root, { recursive: true });
    });
    for (const folder of ['guides', 'node_modules/other', 'site', 'dist']) {
      mkdirSync(join(root, folder), { recursive: true });
      writeFileSync(join(root, folder, 'page.md'), '');
    }
    writeFileSync(join(root, 'README.md'), '');
    // As npm installs the package of a folder above.
    symlinkSync(root, join(root, 'node_modules', 'itself'));
    const found = filesWithin(root).map((path) => path.slice(root.length + 1));
    expect([...found].sort()).toEqual(['README.md', 'guides/page.md']);
  });
});
