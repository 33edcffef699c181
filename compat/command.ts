import { spawn } from 'node:child_process';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Milliseconds after which it is ended. */
  readonly within: number;
  /** Told of each line of its output as it comes. */
  readonly onLine?: ((line: string) => void) | undefined;
}

export interface Ending {
  /** Exit code, or the signal's name. */
  readonly exit: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program until it exits, or has taken too long. */
export function run({ file, args, cwd, within, onLine }: Command): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), within);
    const output = { stdout: '', stderr: '' };
    let seen = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text;
      for (let end = output.stdout.indexOf('\n', seen); end >= 0; end = output.stdout.indexOf('\n', seen)) {
        onLine?.(output.stdout.slice(seen, end));
        seen = end + 1;
      }
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
    child.on('error', reject).on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ exit: code ?? String(signal), ...output });
    });
  });
}

/** The same for a program that has to end well, and gives what it printed. */
export async function output(command: Command): Promise<string> {
  const { exit, stdout, stderr } = await run(command);
  if (exit === 0) return stdout;
  const line = [command.file, ...command.args].join(' ');
  throw new Error(`${line} ended with ${exit}\n${stdout.slice(-4_000)}${stderr.slice(-4_000)}`);
}
