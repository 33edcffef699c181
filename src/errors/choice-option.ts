import { invalidOption } from './invalid-option.ts';

/** The option, or its default: one of a few values, which programs without types may miss. */
export function choiceOption<Choice extends string | number | boolean>(
  name: string,
  value: Choice | undefined,
  byDefault: Choice,
  choices: readonly Choice[],
): Choice {
  if (value === undefined) return byDefault;
  if (choices.includes(value)) return value;
  throw invalidOption(`${name} is ${String(value)}; it takes ${choices.join(', ')}`);
}
