import type { Command } from './command.ts';
import { helpTable } from './help.ts';

/** A command before it is needed: what it imports is loaded with it, so that `--help` does not wait for the library. */
interface CommandEntry {
  readonly name: string;
  /** In half a line, for `rxjs-net --help`. */
  readonly summary: string;
  load(): Promise<Command>;
}

/** Every command, in the order of the help. A command is one file, and one entry here. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'connect',
    summary: 'dials: standard input goes out, what comes in goes to standard output',
    load: async () => (await import('./connect.ts')).connectCommand,
  },
  {
    name: 'listen',
    summary: 'the same for whoever connects; once, or again and again',
    load: async () => (await import('./listen.ts')).listenCommand,
  },
  {
    name: 'echo',
    summary: 'a server that says everything back, and counts it',
    load: async () => (await import('./echo.ts')).echoCommand,
  },
  {
    name: 'bench',
    summary: 'load for a server that answers: round trips, latency, errors',
    load: async () => (await import('./bench.ts')).benchCommand,
  },
  {
    name: 'proxy',
    summary: 'a TCP proxy with faults: latency, rates, stalls, resets, silence',
    load: async () => (await import('./proxy.ts')).proxyCommand,
  },
];

/** `rxjs-net --help`. */
export const generalHelp: string = `rxjs-net: RxJS streams over TCP, TLS and Unix sockets, from the command line

Usage: rxjs-net COMMAND [options]

${helpTable([
  ...commands.map(({ name, summary }) => [name, summary] as const),
  ['COMMAND --help', 'the options of a command, with examples'],
  ['--version', 'the version'],
])}

Exit codes: 0 when it has done what it was told or was stopped, 1 when that failed, 2 when the options are wrong.`;
