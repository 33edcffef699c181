import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterThisSpec } from '../cleanup.ts';

export interface Run {
  /** Exit code, or the signal's name. */
  readonly exit: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of this folder in a process of its own until it exits by itself. */
export function run(program: string, ...args: readonly string[]): Promise<Run> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, program), ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  afterThisSpec(() => child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      resolve({ exit: code ?? String(signal), ...output });
    });
  });
}
