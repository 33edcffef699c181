/** Builds the site of the documentation into docs/site and checks it. `npm run docs`. */
import { existsSync } from 'node:fs';
import { Application, LogLevel } from 'typedoc';
import { categorize, type Entry } from './categories.ts';
import { brokenLinks } from './links.ts';
import { markdownFiles } from './markdown-files.ts';
import { writePages } from './pages.ts';
import { sectionsOf } from './sections.ts';

const SITE = 'docs/site';
const PAGES = 'temp/site-pages';

const entries: readonly Entry[] = [
  { name: 'rxjs-net', file: 'src/index.ts' },
  { name: 'rxjs-net/testing', file: 'src/testing/index.ts' },
  { name: 'rxjs-net/opentelemetry', file: 'src/opentelemetry/index.ts' },
].filter(({ file }) => existsSync(file));

const { readme, documents } = writePages(
  PAGES,
  markdownFiles().filter((file) => !file.includes('bench/')),
);
const app = await Application.bootstrap({
  name: 'rxjs-net',
  entryPoints: entries.map(({ file }) => file),
  tsconfig: 'tsconfig.esm.json',
  readme,
  projectDocuments: [...documents],
  out: SITE,
  cleanOutputDir: true,
  // The same site for everybody who builds it: no address of whoever has cloned this.
  disableSources: true,
  hideGenerator: true,
  githubPages: false,
  searchInComments: true,
  searchInDocuments: true,
  sort: ['source-order'],
  categorizeByGroup: false,
  categoryOrder: [...new Set(entries.flatMap(({ file }) => [...sectionsOf(file).values()])), '*'],
  navigation: { includeCategories: true, includeGroups: true },
  customCss: 'scripts/site/site.css',
  highlightLanguages: ['ts', 'js', 'sh', 'json', 'ini', 'yaml', 'md', 'console', 'dockerfile'],
  validation: {
    invalidLink: true,
    invalidPath: true,
    notDocumented: true,
    notExported: true,
    rewrittenLink: true,
    unusedMergeModuleWith: true,
  },
  // The table of the codes, whose keys TransportErrorCode is.
  intentionallyNotExported: ['errorMeanings'],
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
  logLevel: LogLevel.Warn,
});
categorize(app, entries);

const project = await app.convert();
if (project !== undefined) {
  app.validate(project);
  await app.generateOutputs(project);
}
const broken = [...brokenLinks(SITE)];
for (const link of broken) console.error(`broken: ${link}`);
if (project === undefined || app.logger.hasErrors() || app.logger.hasWarnings() || broken.length > 0)
  process.exitCode = 1;
else console.log(`${SITE}/index.html`);
