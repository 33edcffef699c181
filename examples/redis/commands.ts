import { atLeastOne, only, wordOf } from './arguments.ts';
import { introductions } from './introductions.ts';
import { RespError, type Command, type RespValue } from './resp-value.ts';
import { setCommand } from './set-command.ts';
import type { Store } from './store.ts';

/** Answers a command, or throws a RespError. What it is given is views of a chunk: whoever keeps them copies them. */
export type CommandFunction = (args: Command, store: Store) => RespValue;

/** All that this server can do, by names in upper case. A new command is a new line here. */
export const commands: ReadonlyMap<string, CommandFunction> = new Map<string, CommandFunction>([
  ['PING', (args) => (args.length === 0 ? 'PONG' : only(args))],
  ['ECHO', (args) => only(args)],
  ['GET', (args, store) => store.get(only(args)) ?? null],
  ['SET', setCommand],
  ['DEL', (args, store) => count(args, (key) => store.delete(key))],
  ['EXISTS', (args, store) => count(args, (key) => store.get(key) !== undefined)],
  ['INCR', (args, store) => store.increment(only(args))],
  ['TTL', (args, store) => secondsOf(store.lifetime(only(args)))],
  ['QUIT', () => 'OK'],
  ...introductions,
]);

/** The answer, whatever was said. Only a mistake of ours throws. */
export function execute([name, ...args]: Command, store: Store): RespValue {
  const run = commands.get(wordOf(name));
  if (run === undefined) return new RespError(`ERR unknown command '${printable(name)}'`);
  try {
    return run(args, store);
  } catch (error) {
    if (error instanceof RespError) return error;
    throw error;
  }
}

function count(keys: Command, counts: (key: Buffer) => boolean): number {
  return atLeastOne(keys).filter(counts).length;
}

/** As Redis says it: -2 if there is no such key, and -1 if it does not expire. */
function secondsOf(lifetime = -2000): number {
  return lifetime === Infinity ? -1 : Math.round(lifetime / 1000);
}

/** An error is a line. */
function printable(name: Buffer | undefined): string {
  return (name?.toString() ?? '').slice(0, 128).replaceAll(/[\r\n]/gu, ' ');
}
