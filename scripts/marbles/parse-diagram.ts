import { parseMarbles, type Marbles } from './parse-marbles.ts';

/** A line of a diagram: what it is called, its marbles, and a note about it. */
export interface Row {
  readonly name: string;
  readonly marbles: Marbles;
  readonly note: string | undefined;
}

/** A diagram, as it stands in a file of docs/marbles. */
export interface Diagram {
  readonly title: string;
  /** What it shows, in a sentence or two. */
  readonly about: string;
  /** The source whose comment draws the same, if one does. */
  readonly of: string | undefined;
  /** The rows in groups, with some room between them. */
  readonly parts: readonly (readonly Row[])[];
}

const HEAD = /^(?<key>title|about|of): (?<value>.+)$/u;
const ROW = /^(?<name>\S+(?: \S+)*)(?<gap> {2,})(?<marbles>\S+)(?: {2,}(?<note>\S.*))?$/u;

/**
 * Reads a diagram.
 *
 * ```text
 * title: What it is called
 * about: What it shows.
 *
 * source         a-b-c|      a name, its marbles, and a note, with two spaces or more between them
 * what comes of  --A-B-C|    marbles that stand below each other happen at the same time
 * ```
 */
export function parseDiagram(text: string): Diagram {
  const [head = '', ...parts] = text.trim().split(/\n{2,}/u);
  const entries = new Map(
    head.split('\n').map((line) => {
      const { key = '', value = '' } = HEAD.exec(line)?.groups ?? {};
      return [key, value];
    }),
  );
  const lines = parts.map((part) => part.split('\n').map(takeApart));
  const first = Math.min(...lines.flat().map(({ column }) => column));
  return {
    title: wanted(entries, 'title'),
    about: wanted(entries, 'about'),
    of: entries.get('of'),
    parts: lines.map((part) =>
      part.map(({ name, marbles, note, column }) => ({
        name,
        note,
        marbles: parseMarbles(marbles, column - first),
      })),
    ),
  };
}

function takeApart(line: string): {
  readonly name: string;
  readonly marbles: string;
  readonly note: string | undefined;
  readonly column: number;
} {
  const groups = ROW.exec(line)?.groups;
  if (groups === undefined) throw new Error(`'${line}' is no row: a name, two spaces, and marbles`);
  const { name = '', gap = '', marbles = '', note } = groups;
  return { name, marbles, note, column: name.length + gap.length };
}

function wanted(entries: ReadonlyMap<string, string>, key: string): string {
  const value = entries.get(key);
  if (value === undefined) throw new Error(`the diagram has no ${key}`);
  return value;
}
