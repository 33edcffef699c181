import { flag } from '../../src/cli/option-kinds.ts';
import { optionName, parseArguments, parseOptions } from '../../src/cli/option.ts';
import { parseTime } from '../../src/cli/units.ts';
import { UsageError } from '../../src/cli/usage-error.ts';

const options = {
  closeDelay: { value: 'TIME', summary: 'later', parse: parseTime },
  halfOpen: flag('silence'),
};
const parse = (...args: string[]): unknown => parseOptions(options, args);

describe('parseOptions', () => {
  it('reads what was given, and nothing else', () => {
    expect(parse()).toEqual({});
    expect(parse('--close-delay', '1s', '--half-open')).toEqual({ closeDelay: 1000, halfOpen: true });
    expect(parse('--close-delay=1s')).toEqual({ closeDelay: 1000 });
  });

  it.each([
    [['--latancy', '5'], "Unknown option '--latancy'"],
    [['--close-delay'], "Option '--close-delay <value>' argument missing"],
    [['--half-open=yes'], "Option '--half-open' does not take an argument"],
    [['here'], "Unexpected argument 'here'"],
    [['--close-delay', 'soon'], '--close-delay "soon": write a time, such as 50, 50ms, 1.5s or 2m'],
  ])('says what is wrong with %j', (args, message) => {
    expect(() => parse(...args)).toThrow(UsageError);
    expect(() => parse(...args)).toThrow(message);
  });

  it('passes on a failure that is none of the text', () => {
    const broken = {
      a: {
        value: 'A',
        summary: '',
        parse: () => {
          throw new RangeError('a bug');
        },
      },
    };
    expect(() => parseOptions(broken, ['--a', 'b'])).toThrow(RangeError);
  });

  it('writes names as they are typed', () => {
    expect(optionName('upstreamResetAfter')).toBe('--upstream-reset-after');
  });
});

describe('parseArguments', () => {
  const withHelp = { ...options, help: flag('this text') };
  const where = { name: 'ENDPOINT', advice: 'host:port' };

  it('reads options and one argument, in any order', () => {
    const expected = { values: { halfOpen: true }, argument: 'a:1' };
    expect(parseArguments(withHelp, where, ['a:1', '--half-open'])).toEqual(expected);
    expect(parseArguments(withHelp, where, ['--half-open', 'a:1'])).toEqual(expected);
  });

  it('takes what is there by default, when nothing is given', () => {
    expect(parseArguments(withHelp, { ...where, byDefault: 'b:0' }, [])?.argument).toBe('b:0');
  });

  it.each([
    [[], 'ENDPOINT is missing: write host:port'],
    [['a:1', 'b:1'], 'Unexpected argument "b:1": write one ENDPOINT'],
    [['a:1', '--latancy'], "Unknown option '--latancy'"],
    [['a:1', '--close-delay', 'soon'], '--close-delay "soon": write a time'],
  ])('says what is wrong with %j', (args, message) => {
    expect(() => parseArguments(withHelp, where, args)).toThrow(UsageError);
    expect(() => parseArguments(withHelp, where, args)).toThrow(message);
  });

  it('reads nothing of what is written beside --help', () => {
    expect(
      parseArguments(withHelp, where, ['--help', 'a:1', 'b:1', '--close-delay', 'soon']),
    ).toBeUndefined();
  });
});
