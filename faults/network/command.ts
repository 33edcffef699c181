import { spawnSync } from 'node:child_process';

const LIMIT = 10_000;

/** Runs a program to its end and gives back what it printed; throws with what it complained of. */
export function command(program: string, args: readonly string[], input?: string): string {
  const { status, signal, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: LIMIT,
    ...(input === undefined ? {} : { input }),
  });
  if (status === 0) return stdout;
  const why = error?.message ?? (stderr.trim() === '' ? `exit ${status ?? signal ?? ''}` : stderr.trim());
  throw new Error(`${program} ${args.join(' ')}: ${why}`);
}
