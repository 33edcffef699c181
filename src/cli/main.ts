#!/usr/bin/env node
import { createRequire } from 'node:module';
import { commands, generalHelp } from './commands.ts';
import { outputFailure } from './output-failure.ts';

const asksForHelp = (argument: string | undefined): boolean =>
  ['--help', '-h', 'help'].includes(argument ?? '');
const [first, ...others] = process.argv.slice(2);
// `help proxy` and `proxy -h` are `proxy --help`.
const [name, ...args] =
  asksForHelp(first) && others[0] !== undefined
    ? [others[0], '--help']
    : [first, ...others.map((argument) => (argument === '-h' ? '--help' : argument))];
/** As a command does, but without what commands need. */
const say = (text: string): void => {
  process.stdout.on('error', (error: Error) => {
    process.exitCode = 1;
    console.error(`rxjs-net: ${outputFailure(error).message}`);
  });
  console.log(text);
};
const entry = commands.find((each) => each.name === name);
if (entry !== undefined) {
  const [{ runCommand }, command] = await Promise.all([import('./run-command.ts'), entry.load()]);
  runCommand(entry.name, command, args);
} else if (asksForHelp(name)) {
  say(generalHelp);
} else if (name === '--version') {
  const { version } = createRequire(import.meta.url)('rxjs-net/package.json') as { readonly version: string };
  say(version);
} else {
  if (name !== undefined) console.error(`rxjs-net: there is no command ${JSON.stringify(name)}\n`);
  console.error(generalHelp);
  process.exitCode = 2;
}
