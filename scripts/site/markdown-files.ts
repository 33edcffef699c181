import { filesWithin } from './files-within.ts';

/** The Markdown of the repository that readers are meant to find. */
export function markdownFiles(): readonly string[] {
  const within = ['docs', 'examples', 'bench'].flatMap(filesWithin);
  return ['README.md', 'CHANGELOG.md', ...within.filter((file) => file.endsWith('.md'))];
}
