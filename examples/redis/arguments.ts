import { integer64 } from './integer64.ts';
import { RespError, type Command } from './resp-value.ts';

/** The argument of a command that takes one. */
export function only(args: Command): Buffer {
  const [first, ...more] = atLeastOne(args);
  if (more.length > 0) throw wrongNumber();
  return first;
}

export function atLeastOne(args: Command): readonly [Buffer, ...Buffer[]] {
  const [first, ...more] = args;
  if (first === undefined) throw wrongNumber();
  return [first, ...more];
}

/** An integer, in the text of an argument or of a value. */
export function integerOf(bytes: Buffer | undefined): bigint {
  const value = bytes && integer64(bytes.toString('latin1'));
  if (value === undefined) throw new RespError('ERR value is not an integer or out of range');
  return value;
}

/** Names and options mean the same in either case. */
export function wordOf(bytes: Buffer | undefined): string {
  return bytes?.toString('latin1').toUpperCase() ?? '';
}

export function wrongNumber(): RespError {
  return new RespError('ERR wrong number of arguments');
}
