import { readFileSync } from 'node:fs';
import type { Option } from './option.ts';
import { parseSize, parseTime, parseWhole } from './units.ts';
import { UsageError } from './usage-error.ts';

const MEBIBYTE = 1024 * 1024;

/** An option that is there or not. */
export function flag(summary: string): Option<boolean> {
  return { summary, parse: () => true };
}

/** A time in milliseconds. */
export function time(summary: string): Option<number> {
  return { value: 'TIME', summary, parse: parseTime };
}

/** A number of bytes. */
export function size(summary: string): Option<number> {
  return { value: 'SIZE', summary, parse: parseSize };
}

/** Text, as it is. */
export function text(value: string, summary: string): Option<string> {
  return { value, summary, parse: (given) => given };
}

/** A number of things, at least one. */
export function count(summary: string): Option<number> {
  return { value: 'NUMBER', summary, parse: (given) => atLeastOne(given, parseWhole(given)) };
}

/** A number of bytes, at least one and at most so many. */
export function length(summary: string, most: number): Option<number> {
  const parse = (given: string): number => {
    const bytes = atLeastOne(given, parseSize(given));
    if (bytes > most) throw new UsageError(`${JSON.stringify(given)}: write ${most / MEBIBYTE}MiB or less`);
    return bytes;
  };
  return { value: 'SIZE', summary, parse };
}

/** One of a few words. */
export function choice<T extends string>(words: readonly T[], summary: string): Option<T> {
  return {
    value: words.join('|'),
    summary,
    parse: (given) => {
      const word = words.find((each) => each === given);
      if (word === undefined) throw new UsageError(`${JSON.stringify(given)}: write ${words.join(' or ')}`);
      return word;
    },
  };
}

/** A file, which is read at once. */
export function file(summary: string): Option<Buffer> {
  return {
    value: 'FILE',
    summary,
    parse: (path) => {
      try {
        return readFileSync(path);
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new UsageError(`${JSON.stringify(path)}: name a file that can be read; ${why}`, { cause });
      }
    },
  };
}

function atLeastOne(given: string, number: number): number {
  if (number < 1) throw new UsageError(`${JSON.stringify(given)}: write 1 or more`);
  return number;
}
