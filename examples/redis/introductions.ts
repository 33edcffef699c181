import { only, wordOf } from './arguments.ts';
import { command, RespError, type Command, type RespValue } from './resp-value.ts';

/** What clients say before they come to the point: who they are, and what they would like to know of the server. */
export const introductions: ReadonlyMap<string, (args: Command) => RespValue> = new Map<
  string,
  (args: Command) => RespValue
>([
  ['HELLO', hello],
  ['SELECT', (args) => (wordOf(only(args)) === '0' ? 'OK' : new RespError('ERR DB index is out of range'))],
  ['CLIENT', ([what]) => (/^(?:SETNAME|SETINFO)$/u.test(wordOf(what)) ? 'OK' : unknownSubcommand())],
  // redis-benchmark prints these. This server keeps nothing on a disk.
  ['CONFIG', ([what, name]) => (wordOf(what) === 'GET' ? settingOf(wordOf(name)) : unknownSubcommand())],
  // redis-cli asks for what it can complete, and goes without.
  ['COMMAND', () => []],
]);

/** Version 2 of the protocol is spoken, and a client that asks for 3 is told so; it goes on with 2. */
function hello([version]: Command): RespValue {
  if (version !== undefined && wordOf(version) !== '2')
    return new RespError('NOPROTO unsupported protocol version');
  return [...command('server', 'rxjs-net-example', 'proto'), 2, ...command('role', 'master')];
}

function settingOf(name: string): RespValue {
  if (name === 'SAVE') return command('save', '');
  return name === 'APPENDONLY' ? command('appendonly', 'no') : [];
}

function unknownSubcommand(): RespError {
  return new RespError('ERR unknown subcommand');
}
