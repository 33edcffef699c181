import type { Command } from './command.ts';
import { helpTable } from './help.ts';
import { proxyCommand } from './proxy.ts';

/** Every command, in the order of the help. A command is one file, and one line here. */
export const commands: readonly Command[] = [proxyCommand];

/** `rxjs-net --help`. */
export const generalHelp: string = `rxjs-net: RxJS streams over TCP, TLS and Unix sockets, from the command line

Usage: rxjs-net COMMAND [options]

${helpTable([
  ...commands.map(({ name, summary }) => [name, summary] as const),
  ['COMMAND --help', 'the options of a command, with examples'],
  ['--version', 'the version'],
])}

Exit codes: 0 when it has done what it was told or was stopped, 1 when that failed, 2 when the options are wrong.`;
