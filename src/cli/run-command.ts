import { filter } from 'rxjs';
import type { Command, Terminal } from './command.ts';
import { exitCodeOf, INTERRUPTED } from './exit-code.ts';
import { formatTime } from './format-quantity.ts';
import { oneLine } from './one-line.ts';
import { outputFailure } from './output-failure.ts';
import { outputWriter } from './output-writer.ts';
import { stopSignal } from './stop-signal.ts';
import { untaken } from './untaken.ts';

// How long who reads our output may take for the last of it, once we were told to stop.
const LAST_OUTPUT = 1_000;

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
  const complain = (error: unknown): void => {
    console.error(`rxjs-net ${name}: ${oneLine(error)}`);
  };
  let hasFailed = false;
  const fail = (error: unknown): void => {
    // The first failure is told; those that follow of it are not others.
    if (hasFailed) return;
    hasFailed = true;
    process.exitCode = exitCodeOf(error);
    complain(error);
    if (process.exitCode === 2) console.error(`rxjs-net ${name} --help tells what there is.`);
  };
  let stops = 0;
  const stopping = stopSignal.subscribe(() => {
    stops += 1;
  });
  const running = command.run(args, terminal).subscribe({ next: outputWriter(stdout, stderr), error: fail });
  // After its end, too: what it said last may not have been written. One that writes data itself has noticed it before, and failed.
  stdout.on('error', (error: Error) => {
    fail(outputFailure(error));
    running.unsubscribe();
  });
  // Nobody is left to be told.
  stderr.on('error', () => undefined);
  // Behind what the command does at its second Ctrl-C. It also keeps the listeners: without any, the system's own answer to a signal
  // is to end the process.
  const impatience = stopSignal.pipe(filter(() => stops > 1)).subscribe(() => process.exit(INTERRUPTED));
  running.add(() => {
    stopping.unsubscribe();
    impatience.unsubscribe();
    if (stops > 1) process.exit(INTERRUPTED);
    // Who was told to stop does not wait for a reader that stands still, as everybody else does.
    if (stops === 1)
      untaken([stdout, stderr], LAST_OUTPUT).subscribe(() => {
        complain(
          `nobody has read the last of the output within ${formatTime(LAST_OUTPUT)}, and it was cut off`,
        );
        process.exitCode ??= 1;
        process.exit();
      });
  });
}
