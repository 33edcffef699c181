import type { Readable, Writable } from 'node:stream';
import type { Observable } from 'rxjs';

/**
 * What a command says: a line that stays; a note for a person, where standard output belongs to the data; or the lines at the bottom
 * of a terminal that the next ones replace.
 */
export type Output =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'screen'; readonly lines: readonly string[] };

/** What a command knows of the terminal, and of who sits at it. */
export interface Terminal {
  /** Whether standard output is one; if not, a command says lines only. */
  readonly isTerminal: boolean;
  /** Whether standard input is one: a person, who sees that the other side has left, and not a file that has to get there. */
  readonly isTyped: boolean;
  /** Whether standard output takes colours, and whoever reads it wants them (https://no-color.org). */
  readonly hasColors: boolean;
  /** How many lines and columns it has at present. */
  size(): { readonly rows: number; readonly columns: number };
  /** Emits when the command is to finish what is in flight and end: at Ctrl-C. */
  readonly stop: Observable<unknown>;
  /** For commands that pass on data; all others leave these alone. */
  readonly stdin: Readable;
  readonly stdout: Writable;
}

/** A command of `rxjs-net`. */
export interface Command {
  /** All of `rxjs-net NAME --help`. */
  readonly help: string;
  /**
   * Runs it while subscribed. Its end is exit code 0; a `UsageError`, and an option or endpoint that the library refuses, are 2;
   * any other error is 1.
   */
  run(args: readonly string[], terminal: Terminal): Observable<Output>;
}
