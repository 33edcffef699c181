import { run } from './run.ts';

describe('a process that used everything', () => {
  it.each(['unsubscribe', 'drain'])('exits by itself with nothing left, after %s (rule 5)', async (way) => {
    const { exit, stdout, stderr } = await run('exits.program.ts', way);
    expect([exit, stdout.trim(), stderr]).toEqual([0, 'left:', '']);
  });
});
