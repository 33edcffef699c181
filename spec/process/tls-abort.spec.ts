import { run } from './run.ts';

describe('a TLS connection that is aborted twice in one turn', () => {
  it.each(['accepted', 'dialled'])('does not take the process with it: %s (rule 17)', async (side) => {
    const { exit, stdout, stderr } = await run('tls-abort.program.ts', side);
    expect([exit, stdout.trim(), stderr]).toEqual([0, 'ERR_ABORTED', '']);
  });
});
