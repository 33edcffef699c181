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

/** What was given of some {@link Options}. */
export type Values<O extends Options> = {
  readonly [Name in keyof O]?: O[Name] extends Option<infer T> ? T : never;
};

/** An option that is there or not. */
export function flag(summary: string): Option<boolean> {
  return { summary, parse: () => true };
}

/** `resetAfter` as it is written: `--reset-after`. */
export function optionName(name: string): string {
  return `--${name.replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Reads arguments; throws a {@link UsageError} that names the option and says what to write. */
export function parseOptions<O extends Options>(options: O, args: readonly string[]): Values<O> {
  const entries = Object.entries(options);
  const config = entries.map(([name, { value }]) => {
    const type: 'string' | 'boolean' = value === undefined ? 'boolean' : 'string';
    return [optionName(name).slice(2), { type }] as const;
  });
  const given = readArguments(args, Object.fromEntries(config));
  const parsed = entries.flatMap(([name, option]) => {
    const text = given[optionName(name).slice(2)];
    return text === undefined ? [] : [[name, parseValue(name, option, String(text))] as const];
  });
  return Object.fromEntries(parsed) as Values<O>;
}

function readArguments(
  args: readonly string[],
  options: Record<string, { type: 'string' | 'boolean' }>,
): Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (error) {
    throw isAboutArguments(error) ? new UsageError(error.message, { cause: error }) : error;
  }
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
