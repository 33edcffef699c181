import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BindOptions } from '../../src/index.ts';
import { afterThisSpec } from '../cleanup.ts';
import { dial, type Peer } from '../examples/peer.ts';
import { run, type Program } from '../examples/program.ts';

interface Workers {
  readonly program: Program;
  /** Where a worker listens. */
  endpoint(worker: number): Promise<string>;
  signal(worker: number, signal: NodeJS.Signals): Promise<void>;
}

function startWorkers(endpoint: string, options: BindOptions = {}): Workers {
  const program = run('spec/process/cluster.program.ts', endpoint, JSON.stringify(options));
  const listens = (worker: number): Promise<RegExpExecArray> =>
    program.line(new RegExp(`^worker ${worker} (\\d+) listens on (.*)$`, 'u'));
  return {
    program,
    endpoint: async (worker) => (await listens(worker))[2] ?? '',
    signal: async (worker, signal) => {
      process.kill(Number((await listens(worker))[1]), signal);
    },
  };
}

const portOf = (endpoint: string): number => Number(endpoint.split(':').at(-1));

/** Which worker answers a new connection. */
async function whoAnswers(where: number | string): Promise<string> {
  const peer = await dial(where);
  peer.socket.write('hello\n');
  await peer.hears('hello\n');
  peer.socket.end();
  return peer.heard.slice(0, 1);
}

async function whoAnswersOf(count: number, where: number | string): Promise<string[]> {
  const all: string[] = [];
  for (let number = 0; number < count; number += 1) all.push(await whoAnswers(where));
  return all;
}

/** Two workers, and a conversation with each. */
async function startTwo(): Promise<
  Omit<Workers, 'endpoint'> & { readonly port: number; readonly first: Peer; readonly second: Peer }
> {
  const { endpoint, ...workers } = startWorkers('127.0.0.1:0');
  await endpoint(2);
  const port = portOf(await endpoint(1));
  const [one, other] = await Promise.all([dial(port), dial(port)]);
  for (const { socket } of [one, other]) socket.write('hello\n');
  await Promise.all([one.hears('hello\n'), other.hears('hello\n')]);
  const [first, second] = one.heard.startsWith('1') ? [one, other] : [other, one];
  return { ...workers, port, first, second };
}

function freshPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'rxjs-net-cluster-'));
  afterThisSpec(() => {
    rmSync(directory, { recursive: true });
  });
  return join(directory, 'shared.sock');
}

describe('the workers of a cluster', () => {
  it('share a port', async () => {
    const { endpoint } = startWorkers('127.0.0.1:0');
    const [first, second] = [await endpoint(1), await endpoint(2)];
    expect(second).toBe(first);
    expect(new Set(await whoAnswersOf(8, portOf(first)))).toEqual(new Set(['1', '2']));
  });

  it('have a port each with exclusive', async () => {
    const { endpoint } = startWorkers('127.0.0.1:0', { exclusive: true });
    const [first, second] = [portOf(await endpoint(1)), portOf(await endpoint(2))];
    expect(second).not.toBe(first);
    expect(await whoAnswersOf(3, first)).toEqual(['1', '1', '1']);
    expect(await whoAnswersOf(3, second)).toEqual(['2', '2', '2']);
  });

  it('each refuse and report those over maxConnections, and do not hand them round without an end (rule 14)', async () => {
    const { program, endpoint } = startWorkers('127.0.0.1:0', { maxConnections: 1 });
    await endpoint(2);
    const port = portOf(await endpoint(1));
    const [one, other] = [await dial(port), await dial(port)];
    for (const { socket } of [one, other]) socket.write('hello\n');
    await Promise.all([one.hears('hello\n'), other.hears('hello\n')]);
    const third = await dial(port);
    await third.ended;
    await program.line(/^worker [12] refuses: ERR_TOO_MANY_CONNECTIONS$/u);
    one.socket.end();
    expect(await one.ended).toBe('FIN');
  });

  it('are refused a port of their own that another one has', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    afterThisSpec(() => holder.close());
    await new Promise((resolve) => holder.once('listening', resolve));
    const { port } = holder.address() as { port: number };
    const { program } = startWorkers(`127.0.0.1:${port}`);
    await program.line(/^worker 1 .*ERR_ADDRESS_IN_USE/u);
    await program.line(/^worker 2 .*ERR_ADDRESS_IN_USE/u);
  });

  it('drain one by one: its conversations end, it exits, and the other one answers whoever comes', async () => {
    const { program, signal, port, first, second } = await startTwo();
    expect(second.heard).toBe('2:hello\n');
    await signal(1, 'SIGTERM');
    expect(await first.ended).toBe('FIN');
    first.socket.end();
    await program.line(/^worker 1 exits with 0 null$/u);
    expect(await whoAnswersOf(4, port)).toEqual(['2', '2', '2', '2']);
    second.socket.write('still there?\n');
    await second.hears('2:still there?\n');
  });

  it('stop to accept by worker.disconnect(), which is no drain: their conversations go on as long as they like', async () => {
    const { program, signal, port, first } = await startTwo();
    await signal(1, 'SIGUSR2');
    while ((await whoAnswersOf(2, port)).includes('1'));
    first.socket.write('still there?\n');
    await first.hears('1:still there?\n');
    first.socket.end();
    await program.line(/^worker 1 is closed$/u);
    await program.line(/^worker 1 exits with 0 null$/u);
    expect(program.lines).not.toContain('worker 1 has drained');
  });

  it('are ended at once by process.disconnect(), in the middle of everything', async () => {
    const { program, signal, first } = await startTwo();
    await signal(1, 'SIGHUP');
    expect(await first.ended).toBe('FIN');
    await program.line(/^worker 1 exits with 0 null$/u);
    expect(program.lines).not.toContain('worker 1 is closed');
  });

  it('share a Unix socket, whose file stays until the last of them leaves', async () => {
    const path = freshPath();
    const { program, endpoint, signal } = startWorkers(`unix:${path}`, { mode: 0o600 });
    expect([await endpoint(1), await endpoint(2)]).toEqual([`unix:${path}`, `unix:${path}`]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(new Set(await whoAnswersOf(8, path))).toEqual(new Set(['1', '2']));
    await signal(1, 'SIGTERM');
    await program.line(/^worker 1 exits with 0 null$/u);
    expect(await whoAnswersOf(2, path)).toEqual(['2', '2']);
    await signal(2, 'SIGTERM');
    await program.line(/^worker 2 exits with 0 null$/u);
    await expect(dial(path)).rejects.toThrow('ENOENT');
  });

  it('replace the file of a Unix socket that a crash has left behind, and no other file', async () => {
    const stale = freshPath();
    const crashed = startWorkers(`unix:${stale}`);
    await crashed.endpoint(2);
    crashed.program.kill('SIGKILL');
    await crashed.program.ended;
    expect(statSync(stale).isSocket()).toBe(true);
    const { endpoint } = startWorkers(`unix:${stale}`);
    await endpoint(2);
    expect(await whoAnswersOf(1, stale)).toHaveLength(1);

    const file = freshPath();
    writeFileSync(file, 'precious');
    const { program } = startWorkers(`unix:${file}`);
    await program.line(/^worker 1 .*ERR_NOT_A_SOCKET/u);
    expect(statSync(file).isFile()).toBe(true);
  });

  it('are refused a Unix socket of their own at the same path', async () => {
    const path = freshPath();
    const { program, endpoint } = startWorkers(`unix:${path}`, { exclusive: true });
    expect(await endpoint(1)).toBe(`unix:${path}`);
    await program.line(/^worker 2 .*ERR_ADDRESS_IN_USE/u);
  });

  it('cannot have a descriptor to themselves', async () => {
    const { program } = startWorkers('127.0.0.1:0', { fd: 3, exclusive: true });
    await program.line(/^worker 1 bind: fd 3 is the primary's.*ERR_INVALID_OPTION/u);
  });
});
