import { existsSync, readdirSync, readFileSync } from 'node:fs';

const page = readFileSync('CONTRIBUTING.md', 'utf8');
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};
const foldersOf = (path: string): readonly string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

describe('CONTRIBUTING.md', () => {
  it.each(Object.keys(scripts))('names the script %s', (name) => {
    expect(page).toContain(`\`${name}\``);
  });

  it('names no script that is not there', () => {
    const rows = [...page.matchAll(/^\| `(?<name>[\w:]+)` \| .* \| .* \|$/gmu)];
    expect(rows.length).toBeGreaterThan(20);
    for (const { groups } of rows) expect(Object.keys(scripts)).toContain(groups?.['name']);
  });

  it.each(foldersOf('src'))('says what is in src/%s', (folder) => {
    expect(page).toContain(`| \`${folder}/\` |`);
  });

  it('names no folder that is not there', () => {
    const rows = [...page.matchAll(/^\| `(?<name>[\w.-]+)\/` \|/gmu)].map(({ groups }) => groups?.['name']);
    for (const name of rows) expect([`${name}`, `src/${name}`].some((path) => existsSync(path))).toBe(true);
  });
});
