import { once } from 'node:events';
import { statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { parseEndpoint } from '../src/index.ts';
import { atTestEnd } from './at-test-end.ts';
import { PYTHON, requireProgram, startPython, type ForeignProcess } from './foreign-process.ts';
import { freshDirectory } from './fresh-directory.ts';

requireProgram(PYTHON);

const places = [
  { family: 'TCP', endpoint: () => '127.0.0.1:0' },
  { family: 'a Unix socket', endpoint: () => `unix:${join(freshDirectory(), 'echo.sock')}` },
];

/** The example, twice in a row with one socket, as `systemctl restart` does it. */
async function activate(endpoint: string): Promise<{ python: ForeignProcess; endpoint: string }> {
  const program = join(__dirname, '../examples/systemd/server.ts');
  const python = startPython('activate.py', endpoint, '2', process.execPath, '--import', 'tsx', program);
  const [, real = ''] = await python.report(/^listening on (.+)$/u);
  return { python, endpoint: real };
}

function dial(endpoint: string): Socket {
  const target = parseEndpoint(endpoint);
  const socket = connect(
    target.kind === 'unix' ? { path: target.path } : { host: target.host, port: target.port },
  );
  atTestEnd(() => socket.destroy());
  return socket.setEncoding('utf8');
}

/** The process that listens now; ends with the test, because it is the child of a child. */
async function nextPid(python: ForeignProcess, not = 0): Promise<number> {
  const [, pid = ''] = await python.report(new RegExp(`^started (?!${not}$)(\\d+)$`, 'u'));
  atTestEnd(() => {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  });
  return Number(pid);
}

describe.each(places)('examples/systemd over $family', ({ endpoint: place }) => {
  it('serves on the socket that it was given, and is restarted while whoever comes waits', async () => {
    const { python, endpoint } = await activate(place());
    const pid = await nextPid(python);
    const first = dial(endpoint);
    first.write('one');
    expect(await once(first, 'data')).toEqual(['one']);

    process.kill(pid, 'SIGTERM');
    // Its FIN: the drain has begun, so nobody accepts any more. The process lives until this conversation is over.
    await once(first.resume(), 'end');
    const meanwhile = dial(endpoint);
    meanwhile.write('two');
    await once(meanwhile, 'connect');
    await python.report(/^ended with 0$/u);
    expect(await once(meanwhile, 'data')).toEqual(['two']);

    process.kill(await nextPid(python, pid), 'SIGTERM');
    const { code, output } = await python.exit();
    expect(code).toBe(0);
    // What systemd has bound is what it says, and its file is still there.
    const said = output.toString();
    expect(said.match(/^listening on .*$/gmu)).toEqual([
      `listening on ${endpoint}`,
      `listening on ${endpoint}`,
    ]);
    expect(said.match(/^stopped: 1 drained, 0 forced, 0 lost$/gmu)).toHaveLength(2);
    if (endpoint.startsWith('unix:')) expect(statSync(endpoint.slice(5)).isSocket()).toBe(true);
  });
});
