import { readdirSync, readFileSync } from 'node:fs';

const DECISIONS = 'docs/decisions';
const pages = readdirSync(DECISIONS).filter((file) => /^\d{4}-.*\.md$/u.test(file));

describe('docs/decisions', () => {
  const index = readFileSync(`${DECISIONS}/README.md`, 'utf8');

  it.each(pages)('%s tells the context, the choice, and what was rejected', (file) => {
    const page = readFileSync(`${DECISIONS}/${file}`, 'utf8');
    for (const part of ['Context', 'Choice', 'Rejected'])
      expect(page).toMatch(new RegExp(`^\\*\\*${part}\\b`, 'mu'));
  });

  it.each(pages)('%s is in the index, by its number and its title', (file) => {
    const title = /^# (?<number>\d+)\. (?<text>.+)$/mu.exec(
      readFileSync(`${DECISIONS}/${file}`, 'utf8'),
    )?.groups;
    expect(Number(title?.['number'])).toBe(Number(file.slice(0, 4)));
    expect(index).toContain(`${title?.['number'] ?? ''}. [${title?.['text'] ?? ''}](${file})`);
  });
});
