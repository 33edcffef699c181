import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, posix } from 'node:path';
import { filesWithin } from './files-within.ts';
import { isRelative, markdownLinks, withTargets } from './markdown-links.ts';

/**
 * The Markdown of the repository as the pages of a site: with titles, with groups, and with a page for each source file and
 * folder that one of them links to.
 *
 * ```text
 * README.md ──▶ docs/testing.md ──▶ examples/echo.ts        becomes  README.md, docs/testing.md, examples/echo.ts.md
 *          ╰──▶ examples ──▶ each file of it                         examples.md, or its README.md if it has one
 * ```
 */
export interface Pages {
  /** The front page. */
  readonly readme: string;
  /** All others but those that stand beneath another one. */
  readonly documents: readonly string[];
}

// What is shown as text of a page; any other file is copied as it is.
const LANGUAGES: Readonly<Record<string, string>> = {
  '.ts': 'ts',
  '.cjs': 'js',
  '.js': 'js',
  '.sh': 'sh',
  '.cfg': 'text',
  '.service': 'ini',
  '.socket': 'ini',
  '.yml': 'yaml',
  '.txt': 'text',
};

interface Page {
  readonly path: string;
  readonly title: string;
  readonly text: string;
}

/** Writes the pages into a folder of their own, which is emptied before. */
export function writePages(folder: string, roots: readonly string[]): Pages {
  rmSync(folder, { recursive: true, force: true });
  const pages = new Map<string, Page>();
  const waiting = [...roots];
  for (let source = waiting.pop(); source !== undefined; source = waiting.pop()) {
    const path = pagePath(source);
    if (path === undefined) copy(source, join(folder, source));
    else if (!pages.has(path)) {
      const text = pageText(source);
      pages.set(path, { path, title: titleOf(source, text), text: relinked(path, text, source) });
      waiting.push(...linkedFrom(source, text));
    }
  }
  const children = childrenOf([...pages.keys()]);
  for (const page of pages.values()) write(folder, page, children.get(page.path) ?? []);
  const beneath = new Set([...children.values()].flat());
  const documents = [...pages.keys()].filter((path) => path !== 'README.md' && !beneath.has(path)).sort();
  return { readme: join(folder, 'README.md'), documents: documents.map((path) => join(folder, path)) };
}

/** Where the page of a file or folder stands; undefined for a file that is no page. */
function pagePath(source: string): string | undefined {
  if (isFolder(source)) return hasReadme(source) ? posix.join(source, 'README.md') : `${source}.md`;
  if (extname(source) === '.md') return source;
  return extname(source) in LANGUAGES ? `${source}.md` : undefined;
}

function pageText(source: string): string {
  if (isFolder(source) && !hasReadme(source)) {
    const rows = [...filesWithin(source)]
      .sort()
      .map(
        (file) =>
          `- [${posix.relative(source, file)}](${posix.join(posix.basename(source), posix.relative(source, file))})`,
      );
    return `The files of \`${source}/\`.\n\n${rows.join('\n')}\n`;
  }
  const file = isFolder(source) ? posix.join(source, 'README.md') : source;
  const text = readFileSync(file, 'utf8');
  const language = LANGUAGES[extname(file)];
  return language === undefined ? text : `\`\`\`\`${language}\n${text.trimEnd()}\n\`\`\`\`\n`;
}

function titleOf(source: string, text: string): string {
  const heading = /^# (?<title>.+)$/mu.exec(
    extname(pagePath(source) ?? '') === '.md' && !(extname(source) in LANGUAGES) ? text : '',
  );
  return (heading?.groups?.['title'] ?? source).replaceAll('`', '');
}

/** The sources that a page links to. A page stands where its source does, so that its links are relative to that. */
function linkedFrom(source: string, text: string): readonly string[] {
  const from = posix.dirname(pagePath(source) ?? source);
  return markdownLinks(text)
    .map(({ target }) => target)
    .filter(isRelative)
    .map((target) => posix.join(from, target.split('#')[0] ?? ''));
}

function relinked(path: string, text: string, source: string): string {
  const from = posix.dirname(path);
  const linked = withTargets(text, (target) => {
    if (!isRelative(target)) return target;
    const [file = '', anchor] = target.split('#');
    const at = posix.join(from, file);
    const page = posix.relative(from, pagePath(at) ?? at);
    // A lone name would be no path to TypeDoc.
    return `./${page}${anchor === undefined ? '' : `#${anchor}`}`;
  });
  // The title is written by the theme; on the front page there is none.
  return source === 'README.md' ? linked : linked.replace(/^# .+\n+/u, '');
}

/** A page of a folder holds the pages of what is in the folder. */
function childrenOf(paths: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const folders = new Map(paths.flatMap((path) => folderOf(path).map((folder) => [folder, path] as const)));
  const children = new Map<string, string[]>();
  for (const path of [...paths].sort()) {
    for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder)) {
      const parent = folders.get(folder);
      if (parent === undefined || parent === path) continue;
      children.set(parent, [...(children.get(parent) ?? []), path]);
      break;
    }
  }
  return children;
}

function folderOf(path: string): readonly string[] {
  if (posix.basename(path) === 'README.md') return path === 'README.md' ? [] : [posix.dirname(path)];
  const source = path.slice(0, -'.md'.length);
  return isFolder(source) ? [source] : [];
}

function write(folder: string, { path, title, text }: Page, children: readonly string[]): void {
  const target = join(folder, path);
  const head = [
    `title: ${JSON.stringify(title)}`,
    `group: ${path.startsWith('docs/') ? 'Guides' : 'Examples and sources'}`,
    ...(children.length === 0
      ? []
      : ['children:', ...children.map((child) => `  - ./${posix.relative(posix.dirname(path), child)}`)]),
  ];
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, path === 'README.md' ? text : `---\n${head.join('\n')}\n---\n\n${text}`);
}

function copy(source: string, target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(source, target);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function hasReadme(folder: string): boolean {
  return readdirSync(folder).includes('README.md');
}
