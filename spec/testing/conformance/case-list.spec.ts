import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withCaseList } from './case-list.ts';

describe('docs/conformance.md', () => {
  it('lists every case of the suite (npm run docs:conformance writes it)', () => {
    const page = readFileSync(join(__dirname, '../../../docs/conformance.md'), 'utf8');
    expect(page).toBe(withCaseList(page));
  });

  it('would be found out without its marks', () => {
    expect(() => withCaseList('a page')).toThrow('<!-- cases:begin -->');
  });
});
