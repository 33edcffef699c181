#!/usr/bin/env node
import { createRequire } from 'node:module';
import { skip } from 'rxjs';
import type { Command, Terminal } from './command.ts';
import { commands, generalHelp } from './commands.ts';
import { exitCodeOf } from './exit-code.ts';
import { outputWriter } from './output-writer.ts';
import { stopSignal } from './stop-signal.ts';

// The exit code of a process that Ctrl-C has ended: 128 and the number of the signal (signal(7)).
const INTERRUPTED = 130;

const { stdout } = process;
const terminal: Terminal = {
  isTerminal: stdout.isTTY,
  // A pseudo-terminal that nobody has given a size has none.
  size: () => ({ rows: stdout.rows || 24, columns: stdout.columns || 80 }),
  stop: stopSignal,
};

function run(command: Command, args: readonly string[]): void {
  const fail = (error: unknown): void => {
    process.exitCode = exitCodeOf(error);
    console.error(`rxjs-net ${command.name}: ${error instanceof Error ? error.message : String(error)}`);
    if (process.exitCode === 2) console.error(`rxjs-net ${command.name} --help tells what there is.`);
  };
  const running = command.run(args, terminal).subscribe({ next: outputWriter(stdout), error: fail });
  // EPIPE: who has read our output has left.
  stdout.once('error', (error) => {
    fail(error);
    running.unsubscribe();
  });
  // It also keeps the listeners: without any, the system's own answer to a signal is to end the process.
  const impatience = stopSignal
    .pipe(skip(1))
    .subscribe({ next: () => process.exit(INTERRUPTED), error: fail });
  running.add(() => {
    impatience.unsubscribe();
  });
}

const asksForHelp = (argument: string | undefined): boolean =>
  ['--help', '-h', 'help'].includes(argument ?? '');
const [first, ...others] = process.argv.slice(2);
// `help proxy` and `proxy -h` are `proxy --help`.
const [name, ...args] =
  asksForHelp(first) && others[0] !== undefined
    ? [others[0], '--help']
    : [first, ...others.map((argument) => (argument === '-h' ? '--help' : argument))];
const command = commands.find((each) => each.name === name);
if (command !== undefined) {
  run(command, args);
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
