import { parseArgs } from 'node:util';
import { UsageError } from './usage-error.ts';

/** One option of a command: what it is called in the help, what it means, and how its text is read. */
export interface Option<T> {
  /** The kind of its value, as in `--latency TIME`; absent for a flag, which has none. */
  readonly value?: string;
  readonly summary: string;
  readonly parse: (text: string) => T;
}

/** Options by their name in camelCase: `resetAfter` is `--reset-after`. */
export type Options = Readonly<Record<string, Option<unknown>>>;

/** The argument of a command that has no name before it. */
export interface Positional {
  /** As it is called in the help: `ENDPOINT`. */
  readonly name: string;
  /** What to write, for who has left it out. */
  readonly advice: string;
  /** Taken when it is left out; without one, to leave it out is an error. */
  readonly byDefault?: string;
}

/** What was given of some {@link Options}. */
export type Values<O extends Options> = {
  readonly [Name in keyof O]?: O[Name] extends Option<infer T> ? T : never;
};

/** `resetAfter` as it is written: `--reset-after`. */
export function optionName(name: string): string {
  return `--${name.replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Reads options alone; throws a {@link UsageError} that names the option and says what to write. */
export function parseOptions<O extends Options>(options: O, args: readonly string[]): Values<O> {
  return toValues(options, readArguments(options, args, false).values);
}

/**
 * Reads options and the one argument beside them. Undefined when `--help` is among them: who asks for help may have written
 * anything else.
 */
export function parseArguments<O extends Options>(
  options: O,
  positional: Positional,
  args: readonly string[],
): { readonly values: Values<O>; readonly argument: string } | undefined {
  const { values, positionals } = readArguments(options, args, true);
  if (values['help'] === true) return undefined;
  const { name, advice, byDefault } = positional;
  const [argument = byDefault, extra] = positionals;
  if (argument === undefined) throw new UsageError(`${name} is missing: write ${advice}`);
  if (extra !== undefined)
    throw new UsageError(`Unexpected argument ${JSON.stringify(extra)}: write one ${name}`);
  return { values: toValues(options, values), argument };
}

interface Arguments {
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly positionals: readonly string[];
}

function readArguments(options: Options, args: readonly string[], allowPositionals: boolean): Arguments {
  const config = Object.entries(options).map(([name, { value }]) => {
    const type: 'string' | 'boolean' = value === undefined ? 'boolean' : 'string';
    return [optionName(name).slice(2), { type }] as const;
  });
  try {
    return parseArgs({ args: [...args], options: Object.fromEntries(config), allowPositionals });
  } catch (error) {
    throw isAboutArguments(error) ? new UsageError(error.message, { cause: error }) : error;
  }
}

function toValues<O extends Options>(options: O, given: Arguments['values']): Values<O> {
  const parsed = Object.entries(options).flatMap(([name, option]) => {
    const text = given[optionName(name).slice(2)];
    return text === undefined ? [] : [[name, parseValue(name, option, String(text))] as const];
  });
  return Object.fromEntries(parsed) as Values<O>;
}

/** What `util.parseArgs` says of arguments has a code of its own, and a message that names the option (Node manual, errors). */
function isAboutArguments(error: unknown): error is Error {
  const { code } = Object(error) as { readonly code?: unknown };
  return typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS_');
}

function parseValue<T>(name: string, option: Option<T>, text: string): T {
  try {
    return option.parse(text);
  } catch (error) {
    if (error instanceof UsageError)
      throw new UsageError(`${optionName(name)} ${error.message}`, { cause: error });
    throw error;
  }
}
