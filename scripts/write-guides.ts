/** Writes the pages of docs/guides anew, with what they quote as it is now. `npm run docs:guides`. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { quoteExamples } from './quote-examples.ts';

const GUIDES = 'docs/guides';

for (const file of readdirSync(GUIDES).filter((name) => name.endsWith('.md'))) {
  const page = readFileSync(`${GUIDES}/${file}`, 'utf8');
  const quoted = quoteExamples(page);
  if (quoted !== page) writeFileSync(`${GUIDES}/${file}`, quoted);
}
