import { choice, count, file, flag, length, size, text, time } from '../../src/cli/option-kinds.ts';
import { parseOptions, type Option } from '../../src/cli/option.ts';
import { UsageError } from '../../src/cli/usage-error.ts';

const parse = (option: Option<unknown>, ...value: readonly string[]): unknown =>
  parseOptions({ it: option }, ['--it', ...value]).it;

describe('an option', () => {
  it.each<readonly [option: Option<unknown>, value: readonly string[], read: unknown]>([
    [flag(''), [], true],
    [time(''), ['1.5s'], 1500],
    [size(''), ['0'], 0],
    [length('', 65_536), ['64KiB'], 65_536],
    [count(''), ['3'], 3],
    [text('NAME', ''), ['a b'], 'a b'],
    [choice(['one', 'two'], ''), ['two'], 'two'],
    [file(''), ['LICENSE'], expect.any(Buffer)],
  ])('%j reads %j', (option, value, read) => {
    expect(parse(option, ...value)).toEqual(read);
  });

  it.each<readonly [option: Option<unknown>, value: string, message: string]>([
    [count(''), '0', '--it "0": write 1 or more'],
    [count(''), 'some', '--it "some": write a whole number, such as 42'],
    [length('', 100), '0', '--it "0": write 1 or more'],
    [length('', 2 * 1024 * 1024), '1GiB', '--it "1GiB": write 2MiB or less'],
    [choice(['one', 'two'], ''), 'three', '--it "three": write one or two'],
    [file(''), 'nowhere', '--it "nowhere": name a file that can be read; '],
  ])('%j says what is wrong with %s', (option, value, message) => {
    expect(() => parse(option, value)).toThrow(UsageError);
    expect(() => parse(option, value)).toThrow(message);
  });
});
