/** Writes docs/simulation.md anew, with what it quotes as it is now. `npm run docs:simulation`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { quoteExamples } from './quote-examples.ts';

const PAGE = 'docs/simulation.md';

writeFileSync(PAGE, quoteExamples(readFileSync(PAGE, 'utf8')));
