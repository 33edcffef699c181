import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { markdownFiles } from './markdown-files.ts';
import { headingAnchors, isRelative, markdownLinks } from './markdown-links.ts';

/** Every link of a built site, and of the Markdown of the repository, that leads nowhere. Addresses of others are not looked up. */
export function* brokenLinks(site: string): Generator<string> {
  yield* brokenInMarkdown(markdownFiles());
  yield* brokenInSite(site);
}

/** To an existing file or folder, and to a heading that a page has. */
function* brokenInMarkdown(files: readonly string[]): Generator<string> {
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    for (const { target } of markdownLinks(text)) {
      if (!isRelative(target) && !target.startsWith('#')) continue;
      const [path = '', anchor] = target.split('#');
      const at = path === '' ? file : posix.join(posix.dirname(file), path);
      if (!existsSync(at)) yield `${file}: ${target}, there is no ${at}`;
      else if (anchor !== undefined && !headingAnchors(readFileSync(at, 'utf8')).has(anchor))
        yield `${file}: ${target}, there is no such heading`;
    }
  }
}

const REFERENCE = /\s(?:href|src)="(?<target>[^"]*)"/gu;
const ANCHOR = /\s(?:id|name)="(?<name>[^"]*)"/gu;

/** To an existing file of the site, and to an anchor that a page has. */
function* brokenInSite(site: string): Generator<string> {
  const pages = new Map(
    readdirSync(site, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(?:html|svg)$/u.test(file))
      .map((file) => [join(site, file), readFileSync(join(site, file), 'utf8')]),
  );
  const anchors = new Map([...pages].map(([file, html]) => [file, anchorsOf(html)]));
  for (const [file, html] of pages) {
    const targets = new Set([...html.matchAll(REFERENCE)].map(({ groups }) => groups?.['target'] ?? ''));
    for (const target of targets) {
      if (/^(?:[a-z][a-z\d+.-]*:|\/\/)/iu.test(target)) continue;
      const [path = '', anchor = ''] = decodeURI(target.replaceAll('&amp;', '&')).split('#');
      const to = path === '' ? file : posix.join(posix.dirname(file), path.split('?')[0] ?? '');
      // A folder is asked for its front page.
      const at = to.endsWith('/') ? `${to}index.html` : to;
      const shown = `${relative(site, file)}: ${target}`;
      if (!existsSync(at)) yield `${shown}, there is no ${at}`;
      else if (anchor !== '' && anchors.get(at)?.has(anchor) !== true)
        yield `${shown}, there is no such anchor`;
    }
  }
}

function anchorsOf(html: string): ReadonlySet<string> {
  return new Set([...html.matchAll(ANCHOR)].map(({ groups }) => groups?.['name'] ?? ''));
}
