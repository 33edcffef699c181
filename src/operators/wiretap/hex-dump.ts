const PER_LINE = 16;

/**
 * Bytes as `hexdump -C` shows them.
 *
 * ```text
 * 00000000  68 65 6c 6c 6f 0a                                 |hello.|
 * ```
 */
export function hexDump(bytes: Buffer): string {
  const count = Math.ceil(bytes.length / PER_LINE);
  return Array.from({ length: count }, (_, line) => dumpLine(bytes, line * PER_LINE)).join('\n');
}

function dumpLine(bytes: Buffer, from: number): string {
  const some = bytes.subarray(from, from + PER_LINE);
  const hex = Array.from(some, (byte) => byte.toString(16).padStart(2, '0'));
  const halves = `${hex.slice(0, PER_LINE / 2).join(' ')}  ${hex.slice(PER_LINE / 2).join(' ')}`;
  // What is no printable ASCII would move the cursor of a terminal, or worse.
  const text = some.toString('latin1').replace(/[^ -~]/gu, '.');
  return `${from.toString(16).padStart(8, '0')}  ${halves.padEnd(PER_LINE * 3)}  |${text}|`;
}
