import { commands, generalHelp } from '../../src/cli/commands.ts';
import { helpTable } from '../../src/cli/help.ts';
import { optionName } from '../../src/cli/option.ts';
import { proxyCommand } from '../../src/cli/proxy.ts';
import { connectionOptions, directionOptions, endpointOptions } from '../../src/cli/proxy-options.ts';

describe('help', () => {
  it('has two columns, and wraps the second', () => {
    const table = helpTable([
      ['--a', 'short'],
      ['--long-name', 'word '.repeat(40).trim()],
    ]);
    const lines = table.split('\n');
    expect(lines[0]).toBe('  --a          short');
    expect(lines[1]).toMatch(/^ {2}--long-name {2}word /);
    expect(lines[2]).toMatch(/^ {15}word /);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(96);
  });

  it('names every command, each of which tells its name and its use', async () => {
    expect(commands.map(({ name }) => name)).toEqual(['connect', 'listen', 'echo', 'bench', 'proxy']);
    for (const { name, summary, load } of commands) {
      expect(generalHelp).toMatch(new RegExp(`^  ${name} `, 'm'));
      expect(generalHelp).toContain(summary);
      const { help } = await load();
      expect(help).toMatch(new RegExp(`^rxjs-net ${name}: .*\n\nUsage: rxjs-net ${name} `));
    }
  });

  it('fits a terminal that is wide enough for it', async () => {
    for (const { load } of commands) {
      const { help } = await load();
      for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(132);
    }
  });

  it('names every option of proxy with its value', () => {
    const options = { ...endpointOptions, ...directionOptions, ...connectionOptions };
    for (const [name, { value = '', summary }] of Object.entries(options)) {
      expect(proxyCommand.help).toContain(`  ${optionName(name)} ${value}`.trimEnd());
      expect(proxyCommand.help.replace(/\s+/g, ' ')).toContain(summary);
    }
  });
});
