import { clearScreenDown, moveCursor } from 'node:readline';
import type { Output } from './command.ts';

/** Writes lines one below the other, and each screen in the place of the one before, below the lines; and notes elsewhere. */
export function outputWriter(
  stream: NodeJS.WriteStream,
  notes: NodeJS.WritableStream,
): (output: Output) => void {
  let shown: readonly string[] = [];
  return (output) => {
    if (output.kind === 'note') {
      notes.write(`${output.text}\n`);
      return;
    }
    // In one write, so that nothing flickers.
    stream.cork();
    if (shown.length > 0) {
      moveCursor(stream, 0, -shown.length);
      clearScreenDown(stream);
    }
    if (output.kind === 'screen') shown = output.lines;
    else stream.write(`${output.text}\n`);
    if (shown.length > 0) stream.write(`${shown.join('\n')}\n`);
    stream.uncork();
  };
}
