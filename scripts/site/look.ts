/**
 * Looks at the built site in a headless Chromium, wide and narrow, and leaves pictures in temp/look. `npm run docs:look` is the
 * guides and other pages of text, and a page of each kind of the reference; a word behind it, all pages whose path holds the word:
 * `npm run docs:look -- html`.
 */
import { createReadStream, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { dirname, extname, join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { chromium, type Browser, type Page } from 'playwright-core';

const SITE = 'docs/site';
const PICTURES = 'temp/look';
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
// For a machine that has a lot to do.
const PATIENCE = 120_000;
const PHONE = { width: 390, height: 844 };
const DESK = { width: 1280, height: 900 };
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

const [word] = process.argv.slice(2);
// These are kept as pictures: the front page, an operator, and the pages with diagrams.
const pictured = [
  'index.html',
  'modules/rxjs-net.html',
  'functions/rxjs-net.boundedMergeMap.html',
  'documents/Marble_diagrams.html',
];
const all = readdirSync(SITE, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.html'))
  .sort();
const isFirstOfItsKind = (file: string): boolean =>
  file === all.find((other) => dirname(other) === dirname(file));
const pages = all.filter((file) =>
  word === undefined
    ? /^documents\/[A-Z]/u.test(file) || pictured.includes(file) || isFirstOfItsKind(file)
    : file.includes(word),
);

mkdirSync(PICTURES, { recursive: true });
const server = await serveFiles();
const { port } = server.address() as AddressInfo;
const at = (file: string): string => `http://127.0.0.1:${port}/${encodeURI(file)}`;
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
const complaints: string[] = [];
try {
  await lookAtAll(browser, 'desk', DESK);
  await lookAtAll(browser, 'phone', PHONE);
  await search(browser, 'boundedMergeMap');
} finally {
  await browser.close();
  server.close();
}
for (const complaint of complaints) console.error(complaint);
if (complaints.length > 0) process.exitCode = 1;
else console.log(`${pages.length} pages are as they should be; pictures are in ${PICTURES}`);

async function lookAtAll(
  from: Browser,
  name: string,
  viewport: { width: number; height: number },
): Promise<void> {
  const context = await from.newContext({ viewport, colorScheme: name === 'phone' ? 'dark' : 'light' });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  for (const file of pages) {
    const heard = listen(page);
    await page.goto(at(file), { waitUntil: 'load' });
    complaints.push(...heard(), ...(await complaintsOf(page)).map((what) => `${file} (${name}): ${what}`));
    if (pictured.includes(file))
      await page.screenshot({ path: join(PICTURES, `${name}-${file.replace(/\W+/gu, '-')}.png`) });
  }
  await context.close();
}

/** Errors and requests that failed, or went to somebody else, since this was called. */
function listen(page: Page): () => readonly string[] {
  const heard: string[] = [];
  page.removeAllListeners();
  page.on('console', (message) => {
    if (message.type() === 'error') heard.push(`${page.url()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => heard.push(`${page.url()}: ${error.message}`));
  page.on('requestfailed', (request) => heard.push(`${page.url()}: ${request.url()} failed`));
  page.on('request', (request) => {
    if (!/^(?:http:\/\/127\.0\.0\.1:|data:|blob:)/u.test(request.url()))
      heard.push(`${page.url()}: asks for ${request.url()}`);
  });
  return () => heard;
}

/** What a reader would see. It runs in the page. */
function complaintsOf(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(`(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return [
      ...(scrollWidth > clientWidth ? ['it is ' + scrollWidth + ' px wide, in a window of ' + clientWidth] : []),
      ...[...document.images]
        .filter((image) => !image.complete || image.naturalWidth === 0)
        .map((image) => image.getAttribute('src') + ' is not shown'),
    ];
  })()`);
}

/** Types into the search box, and expects the page of what was typed among the results. */
async function search(from: Browser, name: string): Promise<void> {
  const page = await from.newPage({ viewport: DESK });
  await page.goto(at('index.html'));
  await page.locator('#tsd-search-trigger').click();
  await page.locator('#tsd-search-input').fill(name);
  try {
    await page.locator(`#tsd-search-results a[href*="${name}"]`).first().waitFor({ timeout: PATIENCE });
  } catch (error) {
    complaints.push(`the search box does not find ${name}: ${String(error)}`);
  }
  await page.screenshot({ path: join(PICTURES, 'search.png') });
  await page.close();
}

async function serveFiles(): Promise<Server> {
  const files = createServer(({ url = '/' }, response) => {
    const path = join(SITE, decodeURIComponent(new URL(url, 'http://site').pathname));
    if (!existsSync(path) || !statSync(path).isFile()) {
      // Browsers ask for one by themselves.
      response.writeHead(path.endsWith('favicon.ico') ? 204 : 404).end();
      return;
    }
    response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream');
    createReadStream(path).pipe(response);
  });
  files.listen(0, '127.0.0.1');
  await once(files, 'listening');
  return files;
}
