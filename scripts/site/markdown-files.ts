import { readdirSync } from 'node:fs';
import { join } from 'node:path';

// What others have written, and what is built.
const FOREIGN = /(?:^|\/)(?:node_modules|site)\//u;

/** The Markdown of the repository that readers are meant to find. */
export function markdownFiles(): readonly string[] {
  const within = ['docs', 'examples', 'bench'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  return ['README.md', 'CHANGELOG.md', ...within].filter(
    (file) => file.endsWith('.md') && !FOREIGN.test(file),
  );
}
