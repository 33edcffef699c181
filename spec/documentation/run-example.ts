import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect as connectSocket, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterThisSpec } from '../cleanup.ts';

/** What an example did, once it has ended. */
export interface ExampleRun {
  /** Exit code, or the signal's name. */
  readonly exit: number | string;
  readonly stdout: string;
  readonly stderr: string;
  /** What it answered to a client; undefined for one that does not listen. */
  readonly answer: string | undefined;
}

const FOLDER = join(process.cwd(), 'temp', 'examples');
const LISTENS = /\b(?:listen|bind)\('127\.0\.0\.1:7000'|TcpSocketTransport\(\{ port: 7000 \}\)/u;
// A JSON value, a line, and text.
const SAID = '"hello"\n';
// Loaded before the example. The channel of the library itself says that it listens, and where.
const TELL_ENDPOINT = `data:text/javascript,
  import { subscribe } from 'node:diagnostics_channel';
  subscribe('rxjs-net:server:listen', ({ server }) => process.send(server.endpoint));`;

/**
 * Runs an example in a process of its own, until it ends.
 *
 * Its other end is here. One that listens on port 7000 gets a client, which says a line, and a SIGTERM when it has answered. For
 * one that dials 7000, and at 7001 in any case, there is a server that sends back what it gets. The numbers stand for free ports.
 */
export async function runExample(name: string, code: string, javaScript: string): Promise<ExampleRun> {
  const listens = LISTENS.test(code);
  const port = listens ? 0 : await echoPort();
  const other = await echoPort();
  const path = join(FOLDER, `${name}.js`);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(path, javaScript.replace(/\b7000\b/gu, String(port)).replace(/\b7001\b/gu, String(other)));

  const args = listens ? ['--import', TELL_ENDPOINT, path] : [path];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  afterThisSpec(() => child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  let answer: Promise<string> | undefined;
  child.on('message', (endpoint: string) => {
    answer = ask(endpoint).finally(() => child.kill('SIGTERM'));
  });
  const [status, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { exit: status ?? String(signal), ...output, answer: listens ? ((await answer) ?? '') : undefined };
}

/** Says a line, and takes what is answered. */
async function ask(endpoint: string): Promise<string> {
  const [host, port] = endpoint.split(':');
  const socket = connectSocket(Number(port), host);
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.on('error', () => undefined);
  socket.end(SAID);
  await once(socket, 'close');
  return answer;
}

/** The port of a server that sends back what it gets, until the spec is over. */
async function echoPort(): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
    afterThisSpec(() => socket.destroy());
  });
  afterThisSpec(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
