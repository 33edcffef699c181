import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { atTestEnd } from './at-test-end.ts';
import { HAPROXY, requireProgram } from './foreign-process.ts';

requireProgram(HAPROXY);

/** `npm run example:rolling-restart`, shorter. */
async function rollingRestart(...args: readonly string[]): Promise<{ code: unknown; table: string }> {
  const root = join(__dirname, '..');
  const child = spawn(process.execPath, ['--import', 'tsx', 'examples/rolling-restart/main.ts', ...args], {
    cwd: root,
  });
  // It takes its children with it when it is told to end, and not killed.
  atTestEnd(() => void child.kill('SIGTERM'));
  let table = '';
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (chunk: Buffer) => (table += chunk.toString()));
  }
  const [code] = (await once(child, 'close')) as unknown[];
  return { code, table };
}

/** The figure in a row of the table. */
const figure = (table: string, row: string): number =>
  Number(new RegExp(`^${row} +([\\d,]+)`, 'mu').exec(table)?.[1]?.replaceAll(',', ''));

describe('a rolling restart behind HAProxy', () => {
  it('loses nothing when every backend drains', async () => {
    const { code, table } = await rollingRestart('--rounds', '2');
    expect(table).toContain('Nothing was lost.');
    expect(code).toBe(0);
    expect(figure(table, 'answered exactly once')).toBe(figure(table, 'requests'));
    expect(figure(table, 'accepted and not answered')).toBe(0);
    expect(figure(table, 'redials')).toBeGreaterThan(64);
  });

  it('says what was lost when a backend is killed, and fails', async () => {
    const { code, table } = await rollingRestart('--rounds', '1', '--break', 'kill');
    expect(code).toBe(1);
    expect(figure(table, 'accepted and not answered')).toBeGreaterThan(0);
    expect(figure(table, 'backends that ended without a drain')).toBe(2);
  });

  it('says what was lost when the clients are not told of a drain, and fails', async () => {
    const { code, table } = await rollingRestart('--rounds', '1', '--break', 'no-goaway');
    expect(code).toBe(1);
    expect(figure(table, 'asked and not answered .lost.')).toBeGreaterThan(0);
    expect(figure(table, 'answered twice')).toBe(0);
  });
});
