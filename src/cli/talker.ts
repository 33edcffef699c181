import type { Observable } from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import type { Terminal } from './command.ts';
import { converse } from './converse.ts';
import { bytesMode, linesMode } from './message-mode.ts';
import { OutputSink } from './output-sink.ts';

/** How {@link talker} talks. */
interface Manner {
  readonly lines?: boolean;
  readonly crlf?: boolean;
  readonly endsWithInput: boolean;
  /** Stands in front of each line. */
  readonly label: (connection: Connection) => string;
}

/** Talks over one connection after the other, or several at a time, with the same standard input and output. */
export function talker(
  { stdin, stdout, isTyped }: Pick<Terminal, 'stdin' | 'stdout' | 'isTyped'>,
  { lines, crlf, endsWithInput, label }: Manner,
): (connection: Connection, stop: Observable<unknown>) => Observable<never> {
  const output = new OutputSink(stdout);
  // Each connection has a pipe of its own; Node warns of more than ten as of a leak.
  stdin.setMaxListeners(0);
  const lineMode = linesMode(crlf === true ? '\r\n' : '\n', label);
  return (connection, stop) => {
    const conversation = { stdin, output, endsWithInput, isTyped, stop };
    return lines === true || crlf === true
      ? converse(connection, lineMode, conversation)
      : converse(connection, bytesMode, conversation);
  };
}
