import { optionName, type Options } from './option.ts';

const WIDTH = 96;

/** Names on the left, what they are on the right, in lines that fit a terminal. */
export function helpTable(rows: readonly (readonly [name: string, summary: string])[]): string {
  const left = Math.max(...rows.map(([name]) => name.length)) + 4;
  return rows
    .flatMap(([name, summary]) =>
      wrapped(summary, WIDTH - left).map((line, index) => `  ${index === 0 ? name : ''}`.padEnd(left) + line),
    )
    .join('\n');
}

/** A {@link helpTable} of options. */
export function optionTable(options: Options): string {
  return helpTable(
    Object.entries(options).map(([name, { value, summary }]) => [
      value === undefined ? optionName(name) : `${optionName(name)} ${value}`,
      summary,
    ]),
  );
}

function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
