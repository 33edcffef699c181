/** What happens in one row of marbles. `at` is its column, and `frame` the moment, which a group shares. */
export type MarbleEvent =
  | { readonly kind: 'value'; readonly at: number; readonly frame: number; readonly label: string }
  | { readonly kind: 'complete' | 'error' | 'unsubscribe'; readonly at: number; readonly frame: number };

/** A row of marbles, in the syntax of RxJS' tests: `-a-(bc|)`, `#` for an error, and `!` where somebody unsubscribes. */
export interface Marbles {
  readonly text: string;
  /** The column of its first character. */
  readonly from: number;
  /** The column behind its last one. */
  readonly to: number;
  readonly events: readonly MarbleEvent[];
  /** From and to which column of those that happen at one moment. */
  readonly groups: readonly (readonly [number, number])[];
}

const ENDS = { '|': 'complete', '#': 'error', '!': 'unsubscribe' } as const;

/** Takes a row apart that begins in a column; throws for what is no marbles. */
export function parseMarbles(text: string, from = 0): Marbles {
  const events: MarbleEvent[] = [];
  const groups: (readonly [number, number])[] = [];
  let opened: number | undefined;
  for (const [index, character] of Array.from(text).entries()) {
    const at = from + index;
    const frame = opened ?? at;
    if (character === '(' && opened === undefined) opened = at;
    else if (character === ')' && opened !== undefined) {
      groups.push([opened, at]);
      opened = undefined;
    } else if (isEnd(character)) events.push({ kind: ENDS[character], at, frame });
    else if (/^[a-z\d]$/iu.test(character)) events.push({ kind: 'value', at, frame, label: character });
    else if (character !== '-') throw new Error(`'${character}' in '${text}' is no marble`);
  }
  if (opened !== undefined) throw new Error(`a group of '${text}' is not closed`);
  return { text, from, to: from + text.length, events, groups };
}

function isEnd(character: string): character is keyof typeof ENDS {
  return character in ENDS;
}
