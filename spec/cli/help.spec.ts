import { commands, generalHelp } from '../../src/cli/commands.ts';
import { helpTable } from '../../src/cli/help.ts';
import { optionName } from '../../src/cli/option.ts';
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

  it('names every command', () => {
    for (const { name, summary } of commands) expect(generalHelp).toContain(`${name}  `.trimEnd() && summary);
    expect(commands.map(({ name }) => name)).toContain('proxy');
  });

  it('names every option of proxy with its value', () => {
    const [proxy] = commands;
    const options = { ...endpointOptions, ...directionOptions, ...connectionOptions };
    for (const [name, { value = '', summary }] of Object.entries(options)) {
      expect(proxy?.help).toContain(`  ${optionName(name)} ${value}`.trimEnd());
      expect(proxy?.help.replace(/\s+/g, ' ')).toContain(summary);
    }
  });
});
