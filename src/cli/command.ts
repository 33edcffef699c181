import type { Observable } from 'rxjs';

/** What a command says: a line that stays, or the lines at the bottom of a terminal that the next ones replace. */
export type Output =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'screen'; readonly lines: readonly string[] };

/** What a command knows of the terminal, and of who sits at it. */
export interface Terminal {
  /** Whether standard output is one; if not, a command says lines only. */
  readonly isTerminal: boolean;
  /** How many lines and columns it has at present. */
  size(): { readonly rows: number; readonly columns: number };
  /** Emits when the command is to finish what is in flight and end: at Ctrl-C. */
  readonly stop: Observable<unknown>;
}

/** A command of `rxjs-net`. */
export interface Command {
  readonly name: string;
  /** In half a line, for `rxjs-net --help`. */
  readonly summary: string;
  /** All of `rxjs-net NAME --help`. */
  readonly help: string;
  /**
   * Runs it while subscribed. Its end is exit code 0; a `UsageError`, and an option or endpoint that the library refuses, are 2;
   * any other error is 1.
   */
  run(args: readonly string[], terminal: Terminal): Observable<Output>;
}
