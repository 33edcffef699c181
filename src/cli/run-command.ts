import { skip } from 'rxjs';
import type { Command, Terminal } from './command.ts';
import { exitCodeOf } from './exit-code.ts';
import { outputWriter } from './output-writer.ts';
import { stopSignal } from './stop-signal.ts';

// The exit code of a process that Ctrl-C has ended: 128 and the number of the signal (signal(7)).
const INTERRUPTED = 130;

const { stdout, stderr } = process;
const terminal: Terminal = {
  isTerminal: stdout.isTTY,
  // `get`, because it is opened when it is asked for: a command that reads nothing leaves it alone.
  get isTyped() {
    return process.stdin.isTTY;
  },
  // It knows NO_COLOR, FORCE_COLOR and TERM (Node manual, tty).
  hasColors: stdout.isTTY && stdout.hasColors(),
  // A pseudo-terminal that nobody has given a size has none.
  size: () => ({ rows: stdout.rows || 24, columns: stdout.columns || 80 }),
  stop: stopSignal,
  get stdin() {
    return process.stdin;
  },
  stdout,
};

/** Runs a command as this process: what it says is written, and how it ends is the exit code. */
export function runCommand(name: string, command: Command, args: readonly string[]): void {
  const fail = (error: unknown): void => {
    process.exitCode = exitCodeOf(error);
    console.error(`rxjs-net ${name}: ${error instanceof Error ? error.message : String(error)}`);
    if (process.exitCode === 2) console.error(`rxjs-net ${name} --help tells what there is.`);
  };
  const running = command.run(args, terminal).subscribe({ next: outputWriter(stdout, stderr), error: fail });
  // EPIPE: who has read our output has left. A command that writes data itself has noticed it before, and failed.
  stdout.on('error', (error) => {
    if (running.closed) return;
    fail(error);
    running.unsubscribe();
  });
  // Nobody is left to be told.
  stderr.on('error', () => undefined);
  // It also keeps the listeners: without any, the system's own answer to a signal is to end the process.
  const impatience = stopSignal
    .pipe(skip(1))
    .subscribe({ next: () => process.exit(INTERRUPTED), error: fail });
  running.add(() => {
    impatience.unsubscribe();
  });
}
