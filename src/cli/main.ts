#!/usr/bin/env node
import { createRequire } from 'node:module';
import { commands, generalHelp } from './commands.ts';

const asksForHelp = (argument: string | undefined): boolean =>
  ['--help', '-h', 'help'].includes(argument ?? '');
const [first, ...others] = process.argv.slice(2);
// `help proxy` and `proxy -h` are `proxy --help`.
const [name, ...args] =
  asksForHelp(first) && others[0] !== undefined
    ? [others[0], '--help']
    : [first, ...others.map((argument) => (argument === '-h' ? '--help' : argument))];
const entry = commands.find((each) => each.name === name);
if (entry !== undefined) {
  const [{ runCommand }, command] = await Promise.all([import('./run-command.ts'), entry.load()]);
  runCommand(entry.name, command, args);
} else if (asksForHelp(name)) {
  console.log(generalHelp);
} else if (name === '--version') {
  const { version } = createRequire(import.meta.url)('rxjs-net/package.json') as { readonly version: string };
  console.log(version);
} else {
  if (name !== undefined) console.error(`rxjs-net: there is no command ${JSON.stringify(name)}\n`);
  console.error(generalHelp);
  process.exitCode = 2;
}
