type Style = (text: string) => string;

/** Colours for who wants them, and plain text for all others. (`util.styleText` came with Node.js 20.12.) */
export function styles(hasColors: boolean): Readonly<Record<'bold' | 'red' | 'cyan', Style>> {
  const style = (on: number, off: number): Style =>
    hasColors ? (text) => `\u001b[${on}m${text}\u001b[${off}m` : (text) => text;
  return { bold: style(1, 22), red: style(31, 39), cyan: style(36, 39) };
}
