import { readFileSync, writeFileSync } from 'node:fs';
import { withCaseList } from '../spec/testing/conformance/case-list.ts';

// Writes the list of the cases into docs/conformance.md; a spec fails when it is not up to date.
const PAGE = 'docs/conformance.md';
writeFileSync(PAGE, withCaseList(readFileSync(PAGE, 'utf8')));
