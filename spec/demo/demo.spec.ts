import { dial } from '../examples/peer.ts';
import { run, type Program } from '../examples/program.ts';

const demo = (seconds: number): Program => run('demo/main.ts', '--seconds', String(seconds));

/** Where its server listens, and which process that is; by then, the work is under way. */
async function serverOf(program: Program): Promise<{ port: number; pid: number }> {
  const [, port, pid] = await program.line(/connections to 127\.0\.0\.1:(\d+); the server is process (\d+)/);
  return { port: Number(port), pid: Number(pid) };
}

describe('npm start', () => {
  it('stops the server in the middle of the work, loses nothing, and exits with code 0', async () => {
    const program = demo(0.5);
    expect(await program.ended).toEqual({ code: 0, signal: null });
    const summary = program.lines.join('\n');
    const [, sent] = await program.line(/requests sent +([\d,]+)/);
    const [, answered] = await program.line(/answered exactly once +([\d,]+)/);
    expect(sent).toMatch(/^[1-9]/);
    expect(answered).toBe(sent);
    expect(summary).toMatch(/^ +lost +0$/m);
    expect(summary).toMatch(/^ +duplicated +0$/m);
    expect(summary).toMatch(/^ +in flight at GOAWAY +[1-9]\d*$/m);
    expect(summary).toMatch(/^ +connections +8 drained, 0 forced, 0 lost$/m);
    expect(program.lines.at(-1)).toBe('Nothing was lost.');
  });

  it('drains when it is interrupted, and loses nothing', async () => {
    const program = demo(60);
    await serverOf(program);
    program.kill('SIGINT');
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.lines.at(-1)).toBe('Nothing was lost.');
  });

  it('tells what was lost, and why, when the server is killed, and exits with code 1', async () => {
    const program = demo(60);
    const { pid } = await serverOf(program);
    process.kill(pid, 'SIGKILL');
    expect(await program.ended).toEqual({ code: 1, signal: null });
    const told = program.lines.slice(program.lines.indexOf('Failed:')).join('\n');
    expect(told).toMatch(/server\.ts was killed by SIGKILL/);
    expect(told).toMatch(/[1-9]\d* requests were not answered/);
    expect(told).toMatch(/ERR_CONNECTION_RESET|ERR_PEER_ENDED/);
  });

  it('leaves no process behind when it is killed itself', async () => {
    const program = demo(60);
    const { port } = await serverOf(program);
    program.kill('SIGKILL');
    // Its output closes when the last process that shares it has ended.
    expect(await program.ended).toEqual({ code: null, signal: 'SIGKILL' });
    await expect(dial(port)).rejects.toThrow('ECONNREFUSED');
  });
});
