import { dial, type Peer } from './peer.ts';
import { run, type Program } from './program.ts';

interface Cluster {
  readonly program: Program;
  readonly port: number;
  /** The workers that have said that they are ready, until now. */
  ready(count: number): Promise<number[]>;
}

async function startCluster(): Promise<Cluster> {
  const program = run('examples/cluster.ts', '127.0.0.1:0', '2');
  const port = await program.port();
  const readyNow = (): number[] =>
    program.lines.flatMap((line) => /^worker (\d+) is ready$/u.exec(line)?.[1] ?? []).map(Number);
  const ready = async (count: number): Promise<number[]> => {
    // Each waits for one whom the one before has not seen.
    while (readyNow().length < count) {
      const seen = readyNow().map((pid) => `(?!${pid} )`);
      await program.line(new RegExp(`^worker ${seen.join('')}\\d+ is ready$`, 'u'));
    }
    return readyNow();
  };
  return { program, port, ready };
}

/** A conversation that is open, and the worker that it is with. */
async function converse(port: number): Promise<{ peer: Peer; pid: number }> {
  const peer = await dial(port);
  peer.socket.write('hello\n');
  await peer.hears(': hello\n');
  return { peer, pid: Number.parseInt(peer.heard, 10) };
}

/** One conversation with each of two workers, which are given connections in turn. */
async function converseWithBoth(port: number): Promise<[Peer, Peer, number]> {
  const [one, other] = [await converse(port), await converse(port)];
  expect(other.pid).not.toBe(one.pid);
  return [one.peer, other.peer, one.pid];
}

describe('examples/cluster.ts', () => {
  it('answers on one port with two processes', async () => {
    const { port, ready } = await startCluster();
    const workers = await ready(2);
    const answered = [await converse(port), await converse(port)].map(({ pid }) => pid);
    expect(answered.sort()).toEqual(workers.sort());
  });

  it('replaces a worker that was killed; the conversations of the other one go on', async () => {
    const { program, port, ready } = await startCluster();
    const before = await ready(2);
    const [lost, kept, pid] = await converseWithBoth(port);
    process.kill(pid, 'SIGKILL');
    await lost.ended;
    await program.line(new RegExp(`^worker ${pid} has ended with SIGKILL$`, 'u'));
    const replacement = (await ready(3)).find((each) => !before.includes(each));
    kept.socket.write('still there?\n');
    await kept.hears(': still there?\n');
    const answered = [await converse(port), await converse(port)].map((each) => each.pid);
    expect(answered).toContain(replacement);
    expect(answered).not.toContain(pid);
  });

  it('drains one worker while the other one goes on, and does not replace it', async () => {
    const { program, port, ready } = await startCluster();
    await ready(2);
    const [drained, kept, pid] = await converseWithBoth(port);
    process.kill(pid, 'SIGTERM');
    expect(await drained.ended).toBe('FIN');
    drained.socket.end();
    await program.line(new RegExp(`^worker ${pid} has ended with 0$`, 'u'));
    const answered = [await converse(port), await converse(port)].map((each) => each.pid);
    expect(new Set(answered).size).toBe(1);
    expect(answered).not.toContain(pid);
    kept.socket.write('still there?\n');
    await kept.hears(': still there?\n');
  });

  it('replaces every worker at SIGHUP: the old ones drain, and somebody always accepts', async () => {
    const { program, port, ready } = await startCluster();
    const before = await ready(2);
    const [one, other] = await converseWithBoth(port);
    program.kill('SIGHUP');
    expect(await Promise.all([one.ended, other.ended])).toEqual(['FIN', 'FIN']);
    for (const { socket } of [one, other]) socket.end();
    for (const pid of before) await program.line(new RegExp(`^worker ${pid} has ended with 0$`, 'u'));
    const after = (await ready(4)).slice(2).sort();
    const answered = [await converse(port), await converse(port)].map(({ pid }) => pid);
    expect(answered.sort()).toEqual(after);
  });

  it('drains every worker at SIGTERM, and exits with code 0', async () => {
    const { program, port, ready } = await startCluster();
    await ready(2);
    const [one, other] = await converseWithBoth(port);
    program.kill('SIGTERM');
    expect(await Promise.all([one.ended, other.ended])).toEqual(['FIN', 'FIN']);
    for (const { socket } of [one, other]) socket.end();
    expect(await program.ended).toEqual({ code: 0, signal: null });
  });

  it('says why it cannot listen, and exits with code 1', async () => {
    const { port } = await startCluster();
    const second = run('examples/cluster.ts', `127.0.0.1:${port}`, '2');
    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.lines.join('\n')).toContain('ERR_ADDRESS_IN_USE');
  });
});
