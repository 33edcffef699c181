import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterThisSpec } from '../cleanup.ts';
import { closeOf, dialRaw } from '../loopback.ts';

const DESCRIPTORS = 64;

async function startStarvedServer(): Promise<string> {
  const program = join(__dirname, 'descriptors.program.ts');
  // The loader of TypeScript needs descriptors as well, so the limit is set when the server listens.
  const child = spawn(process.execPath, ['--import', 'tsx', program], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  afterThisSpec(() => child.kill('SIGKILL'));
  const [endpoint] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  const limit = spawn('prlimit', ['--pid', String(child.pid), `--nofile=${String(DESCRIPTORS)}`]);
  const [code] = (await once(limit, 'exit')) as [number];
  expect(code).toBe(0);
  return endpoint.toString().trim();
}

describe('a server without a file descriptor left', () => {
  it('goes on serving those it has, and takes new ones as soon as there is room (rules 14 and 15)', async () => {
    const endpoint = await startStarvedServer();
    const first = await dialRaw(endpoint);
    const crowd = await Promise.all(Array.from({ length: 2 * DESCRIPTORS }, () => dialRaw(endpoint)));
    first.write('still served');
    expect(String((await once(first, 'data'))[0])).toBe('still served');
    for (const peer of crowd) peer.end();
    await Promise.all(crowd.map((peer) => closeOf(peer)));
    const late = await dialRaw(endpoint);
    late.write('room again');
    expect(String((await once(late, 'data'))[0])).toBe('room again');
  });
});
