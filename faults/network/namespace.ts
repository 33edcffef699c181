import { existsSync, readdirSync } from 'node:fs';
import { atExit } from './at-exit.ts';
import { command } from './command.ts';

const PREFIX = 'rxjs-net-faults';
const DIRECTORY = '/run/netns';

/** A network namespace: interfaces, routes and packet filters of its own (ip-netns(8)). */
export interface Namespace {
  readonly name: string;
  /** Runs a program in it, to its end. */
  run(program: string, args: readonly string[], input?: string): string;
  remove(): void;
}

let made = 0;

/** Makes a namespace, which does not outlive this process. */
export function makeNamespace(role: 'client' | 'server'): Namespace {
  made += 1;
  const name = `${PREFIX}-${process.pid}-${made}-${role}`;
  command('ip', ['netns', 'add', name]);
  const remove = atExit(() => {
    command('ip', ['netns', 'del', name]);
  });
  command('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
  return {
    name,
    remove,
    run: (program, args, input) => command('ip', ['netns', 'exec', name, program, ...args], input),
  };
}

/** Removes those of a run that could not do it itself, because it was killed (SIGKILL). */
export function removeStaleNamespaces(): void {
  if (!existsSync(DIRECTORY)) return;
  for (const name of readdirSync(DIRECTORY)) {
    const pid = new RegExp(`^${PREFIX}-(\\d+)-`, 'u').exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) command('ip', ['netns', 'del', name]);
  }
}
