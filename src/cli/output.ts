import type { Output } from './command.ts';

export function line(text: string): Output {
  return { kind: 'line', text };
}

export function note(text: string): Output {
  return { kind: 'note', text };
}

/** Takes the screen away, before what is said last. */
export const NO_SCREEN: Output = { kind: 'screen', lines: [] };
