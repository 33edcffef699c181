import { readFileSync } from 'node:fs';
import { commands } from '../../src/cli/commands.ts';

const page = readFileSync('docs/command-line.md', 'utf8');

describe('docs/command-line.md', () => {
  it('has the help of each command as it is; that of the proxy has a page of its own', async () => {
    for (const { name, load } of commands.filter((each) => each.name !== 'proxy')) {
      const { help } = await load();
      expect(page).toContain(`\n## ${name}\n\n\`\`\`text\n${help}\n\`\`\`\n`);
    }
  });

  it('has each command in its table, as the general help says it', () => {
    for (const { name, summary } of commands) {
      const link = name === 'proxy' ? 'fault-proxy.md' : `#${name}`;
      expect(page).toContain(`| [\`${name}\`](${link}) | ${summary} |`);
    }
  });
});
