import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { interval } from 'rxjs';
import { afterThisSpec } from '../cleanup.ts';
import { dial } from '../examples/peer.ts';
import { follow, run, within, type Program } from '../examples/program.ts';

const MAIN = 'src/cli/main.ts';
const CTRL_C = '\u0003';

async function echo(): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy()).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  afterThisSpec(() => server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** What Node.js asks for the colours of a terminal (its manual, `tty`): a machine that tests has CI, and often no TERM. */
const COLOURS = ['CI', 'COLORTERM', 'FORCE_COLOR', 'NODE_DISABLE_COLORS', 'NO_COLOR'];

/** The command in a pseudo-terminal, and the keyboard in front of it. */
function inTerminal(command: string): { readonly program: Program; readonly type: (keys: string) => void } {
  // exec, as a shell that stays would get the Ctrl-C, too: dash dies of it, and its 130 would be taken for the command's.
  const child = spawn('script', ['-qec', `exec ${command}`, '/dev/null'], {
    cwd: join(__dirname, '../..'),
    env: {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !COLOURS.includes(name))),
      TERM: 'xterm-256color',
    },
  });
  const program = follow(child, command);
  // Who has ended reads no keys.
  child.stdin.on('error', () => undefined);
  return {
    program,
    type: (keys) => {
      child.stdin.write(keys);
    },
  };
}

describe('rxjs-net', () => {
  it.each(['--help', '-h', 'help'])('%s tells what there is, and exits with 0', async (argument) => {
    const program = run(MAIN, argument);
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.lines[0]).toMatch(/^rxjs-net: /);
    expect(program.lines.join('\n')).toMatch(/^ {2}proxy {2,}a TCP proxy with faults/m);
    expect(program.lines.join('\n')).toMatch(/^ {2}connect {2,}dials: /m);
  });

  it('--version tells the version of the package', async () => {
    const program = run(MAIN, '--version');
    await program.line(/^\d+\.\d+\.\d+/);
    expect(await program.ended).toEqual({ code: 0, signal: null });
  });

  it.each([
    [[], /^Usage: rxjs-net COMMAND/],
    [['prox'], /^rxjs-net: there is no command "prox"$/],
    [['proxy'], /^rxjs-net proxy: --to is missing: write --to host:port/],
    [
      ['proxy', '--to', 'a:1', '--rate', '1mb'],
      /^rxjs-net proxy: --rate "1mb": there is no unit "mb"; write kbit/,
    ],
    [
      ['proxy', '--to', 'tls://a:1'],
      /^rxjs-net proxy: --to tls:\/\/a:1: TLS goes through as it is; write a:1$/,
    ],
    [['proxy', '--to', 'nowhere'], /^rxjs-net proxy: .*\(ERR_INVALID_ENDPOINT\)$/],
    [['connect'], /^rxjs-net connect: ENDPOINT is missing: write host:port/],
    [['listen', 'a:1', 'b:1'], /^rxjs-net listen: Unexpected argument "b:1": write one ENDPOINT$/],
  ])('exits with 2 and says what to do: %j', async (args, line) => {
    const program = run(MAIN, ...args);
    await program.line(line);
    expect(await program.ended).toEqual({ code: 2, signal: null });
  });

  it('exits with 1 when it cannot do what it was told', async () => {
    const port = await echo();
    const program = run(MAIN, 'proxy', '--listen', `127.0.0.1:${port}`, '--to', 'a:1');
    await program.line(/^rxjs-net proxy: .*\(ERR_ADDRESS_IN_USE\)$/);
    expect(await program.ended).toEqual({ code: 1, signal: null });
  });
});

describe('rxjs-net, whose output cannot be written', () => {
  it.each([
    ['bench', ['bench', '--duration', '20ms']],
    ['its help', ['bench', '--help']],
    ['the general help', ['--help']],
    ['the version', ['--version']],
  ])('exits with 1 and says so in one line: %s', async (_, [command = '', ...args]) => {
    const full = openSync('/dev/full', 'w');
    const endpoint = args.includes('--duration') ? [`127.0.0.1:${await echo()}`] : [];
    const child = spawn(process.execPath, ['--import', 'tsx', MAIN, command, ...endpoint, ...args], {
      cwd: join(__dirname, '../..'),
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    const program = follow(child, command);
    await program.line(/^rxjs-net(?: bench)?: standard output cannot be written: ENOSPC/);
    expect(await program.ended).toEqual({ code: 1, signal: null });
    expect(program.lines).toHaveLength(1);
  });
});

describe('rxjs-net proxy', () => {
  it.each([
    ['proxy', '--help'],
    ['proxy', '-h'],
    ['help', 'proxy'],
  ])('tells its options: %s %s', async (...args) => {
    const program = run(MAIN, ...args);
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.lines.join('\n')).toContain('--latency TIME');
  });

  it('has the faults that it was told, and writes a line for each connection that comes or goes', async () => {
    const program = run(MAIN, 'proxy', '--to', `127.0.0.1:${await echo()}`, '--downstream-reset-after', '10');
    const port = await program.port();
    const client = await dial(port);
    client.socket.write('hello');
    await client.hears('hello');
    await program.line(/^#1 127\.0\.0\.1:\d+: accepted$/);
    client.socket.write(' and more');
    // Node may report a reset that comes behind bytes as an end.
    await client.ended;
    await program.line(/^#1 127\.0\.0\.1:\d+: lost after [\d.]+ m?s; 14 B up, 10 B down; .*\(ERR_ABORTED\)$/);
  });

  it('drains at Ctrl-C, and exits with 0 when the last connection is over', async () => {
    const program = run(MAIN, 'proxy', '--to', `127.0.0.1:${await echo()}`);
    const client = await dial(await program.port());
    client.socket.write('first');
    await client.hears('first');
    program.kill('SIGINT');
    await program.line(/^stopping, with 1 open; Ctrl-C again ends it at once$/);
    client.socket.end(', last');
    await client.hears('first, last');
    expect(await client.ended).toBe('FIN');
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.lines.at(-1)).toBe('1 closed, 0 lost');
    expect(program.lines.at(-2)).toMatch(/^#1 .*: closed after .*; 11 B up, 11 B down$/);
  });

  it('waits for connections as long as --grace says', async () => {
    const program = run(MAIN, 'proxy', '--to', `127.0.0.1:${await echo()}`, '--grace', '20ms');
    const client = await dial(await program.port());
    client.socket.write('and then nothing');
    await client.hears('and then nothing');
    program.kill('SIGTERM');
    expect(await client.ended).toBe('FIN');
    client.socket.end();
    expect(await program.ended).toEqual({ code: 0, signal: null });
  });

  it('exits with 1 when nobody reads its output any more', async () => {
    const args = ['--import', 'tsx', MAIN, 'proxy', '--to', `127.0.0.1:${await echo()}`];
    const child = spawn(process.execPath, args, {
      cwd: join(__dirname, '../..'),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    afterThisSpec(() => child.kill('SIGKILL'));
    const [text] = (await once(child.stdout, 'data')) as [Buffer];
    child.stdout.destroy();
    const exit = once(child, 'exit');
    // Its next line has no reader.
    const client = await dial(Number(/:(\d+)$/m.exec(text.toString())?.[1]));
    client.socket.on('close', () => undefined);
    const [code] = (await within(exit, () => 'it goes on')) as [number];
    expect(code).toBe(1);
  });
});

describe('rxjs-net proxy in a terminal', () => {
  const command = (to: number, more = ''): string =>
    `${process.execPath} --import tsx ${MAIN} proxy --to 127.0.0.1:${to} ${more}`;

  it('shows a table of the connections that is redrawn in place, and Ctrl-C ends it with 0', async () => {
    const { program, type } = inTerminal(command(await echo()));
    const [, port] = await program.line(/^listening on 127\.0\.0\.1:(\d+)\r?$/);
    const client = await dial(Number(port));
    client.socket.write('hello');
    await client.hears('hello');
    await program.line(/# +client +age +state +up +up\/s +down +down\/s +in transit/);
    await program.line(/ 127\.0\.0\.1:\d+ +[\d.]+ m?s +open +5 B +(?:\d+ B\/s)? +5 B +/);
    await program.line(/^1 open, 0 closed, 0 lost/);
    // eslint-disable-next-line no-control-regex -- the cursor goes up by the lines of the table
    await program.line(/\u001b\[3A/);
    client.socket.end();
    expect(await client.ended).toBe('FIN');
    await program.line(/0 open, 1 closed, 0 lost/);
    type(CTRL_C);
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.lines.join('\n')).toMatch(/1 closed, 0 lost/);
  });

  it('shows at once that Ctrl-C was heard, and ends at once at the second', async () => {
    const { program, type } = inTerminal(command(await echo()));
    const [, port] = await program.line(/^listening on 127\.0\.0\.1:(\d+)\r?$/);
    const client = await dial(Number(port));
    client.socket.write('hello');
    await client.hears('hello');
    type(CTRL_C);
    await program.line(/1 open, 0 closed, 0 lost; Ctrl-C again ends it at once/);
    // So soon after the first it would be the same one, sent twice: until the table was redrawn two times.
    await program.line(/Ctrl-C again/, 3);
    type(CTRL_C);
    expect(await program.ended).toEqual({ code: 130, signal: null });
  });
});

describe('rxjs-net connect and listen', () => {
  const main = ['--import', 'tsx', MAIN];
  const cwd = join(__dirname, '../..');

  /** As `rxjs-net … < input`; its output is a digest. */
  function piped(args: readonly string[], input: Buffer): Piped {
    const child = spawn(process.execPath, [...main, ...args], { cwd });
    afterThisSpec(() => child.kill('SIGKILL'));
    const digest = createHash('sha256');
    child.stdout.on('data', (chunk: Buffer) => digest.update(chunk));
    child.stdin.on('error', () => undefined).end(input);
    const notes = createInterface({ input: child.stderr });
    return {
      port: async () => {
        const [text] = (await within(once(notes, 'line'), () => 'it does not listen')) as [string];
        return Number(/^listening on 127\.0\.0\.1:(\d+)$/.exec(text)?.[1]);
      },
      ended: once(child, 'close').then(([code]) => ({ code: code as number, heard: digest.digest('hex') })),
    };
  }

  it('carry 5 MiB each way, to the last byte', async () => {
    const [a, b] = [randomBytes(5 * 1024 * 1024), randomBytes(5 * 1024 * 1024)];
    const server = piped(['listen'], a);
    const client = piped(['connect', `127.0.0.1:${await server.port()}`], b);
    expect(await within(client.ended, () => 'the client goes on')).toEqual({ code: 0, heard: sha256(a) });
    expect(await within(server.ended, () => 'the server goes on')).toEqual({ code: 0, heard: sha256(b) });
  });

  it('exit with 1, and one line, when nobody listens', async () => {
    const program = run(MAIN, 'connect', '127.0.0.1:1');
    await program.line(/^rxjs-net connect: connect 127\.0\.0\.1:1: .*\(ERR_CONNECTION_REFUSED\)$/);
    expect(await program.ended).toEqual({ code: 1, signal: null });
    expect(program.lines).toHaveLength(1);
  });

  it('exit with 1 when nobody reads the output any more, although the peer goes on', async () => {
    const peer = createServer((socket) => {
      const more = (): void => {
        while (socket.writable && socket.write(Buffer.alloc(65_536)));
      };
      socket.on('error', () => undefined).on('drain', more);
      more();
    });
    peer.listen(0, '127.0.0.1');
    afterThisSpec(() => peer.close());
    await once(peer, 'listening');
    const endpoint = `127.0.0.1:${(peer.address() as AddressInfo).port}`;
    const child = spawn(process.execPath, [...main, 'connect', endpoint], { cwd });
    afterThisSpec(() => child.kill('SIGKILL'));
    const { stdout } = child;
    const program = follow(Object.assign(child, { stdout: null }), 'connect');
    stdout.once('data', () => stdout.destroy());
    await program.line(/^rxjs-net connect: nobody reads standard output any more \(EPIPE\)$/);
    expect(await program.ended).toEqual({ code: 1, signal: null });
  });
});

describe('Ctrl-C', () => {
  const cwd = join(__dirname, '../..');
  const connecting = (port: number, ...more: readonly string[]): ChildProcessWithoutNullStreams =>
    spawn(process.execPath, ['--import', 'tsx', MAIN, 'connect', `127.0.0.1:${port}`, ...more], { cwd });

  it('in the middle of a file is the exit code 130, and one line that says why', async () => {
    const child = connecting(await echo());
    const program = follow(child, 'connect');
    child.stdin.write('half of\n');
    await program.line(/^half of$/);
    program.kill('SIGINT');
    await program.line(/^rxjs-net connect: stopped before standard input was at its end: the connection was/);
    expect(await program.ended).toEqual({ code: 130, signal: null });
    expect(program.lines).toHaveLength(2);
  });

  it('ends it in time though nobody reads its output, and it says what was cut off', async () => {
    const peer = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined).write(Buffer.alloc(4 * 1024 * 1024));
    });
    peer.listen(0, '127.0.0.1');
    afterThisSpec(() => peer.close());
    await once(peer, 'listening');
    const child = connecting((peer.address() as AddressInfo).port, '--grace', '20ms');
    const { stdout } = child;
    const program = follow(Object.assign(child, { stdout: null }), 'connect');
    // It is there, and left there.
    await once(stdout, 'readable');
    const exit = once(child, 'exit');
    program.kill('SIGINT');
    await program.line(/^rxjs-net connect: not over 20 ms after Ctrl-C: what was still open was reset$/);
    await program.line(
      /^rxjs-net connect: nobody has read the last of the output within 1\.0 s, and it was cut/,
    );
    expect(await within(exit, () => 'it goes on')).toEqual([1, null]);
    stdout.destroy();
  });
});

interface Piped {
  port(): Promise<number>;
  readonly ended: Promise<{ readonly code: number; readonly heard: string }>;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('in a terminal', () => {
  const rxjsNet = (...args: readonly string[]): string =>
    [process.execPath, '--import', 'tsx', MAIN, ...args].join(' ');

  it('rxjs-net connect sends what is typed, and Ctrl-D ends it', async () => {
    const { program, type } = inTerminal(rxjsNet('connect', `127.0.0.1:${await echo()}`));
    type('typed\n');
    await program.line(/^typed\r?$/, 2);
    // Ctrl-D at the begin of a line is the end of what is typed.
    type('\u0004');
    expect(await program.ended).toEqual({ code: 0, signal: null });
  });

  it('rxjs-net listen ends its side at Ctrl-C, and at once at the second', async () => {
    const { program, type } = inTerminal(rxjsNet('listen'));
    const [, port] = await program.line(/^listening on 127\.0\.0\.1:(\d+)\r?$/);
    const client = await dial(Number(port));
    client.socket.write('hello\n');
    await program.line(/^hello\r?$/);
    type(CTRL_C);
    expect(await client.ended).toBe('FIN');
    await program.line(/stopping; Ctrl-C again ends it at once/);
    // So soon after the first it would be the same one, sent twice.
    const pressing = interval(40).subscribe(() => {
      type(CTRL_C);
    });
    afterThisSpec(() => {
      pressing.unsubscribe();
    });
    expect(await program.ended).toEqual({ code: 130, signal: null });
  });

  it('rxjs-net echo shows what it has echoed, and Ctrl-C ends it with 0', async () => {
    const { program, type } = inTerminal(rxjsNet('echo'));
    const [, port] = await program.line(/^listening on 127\.0\.0\.1:(\d+)\r?$/);
    const client = await dial(Number(port));
    client.socket.write('hello');
    await client.hears('hello');
    await program.line(/1 open, 0 closed, 0 lost; 5 B echoed/);
    client.socket.end();
    type(CTRL_C);
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.lines.join('\n')).toContain('1 closed, 0 lost; 5 B echoed');
  });

  it('rxjs-net bench shows how it goes, and Ctrl-C ends the asking early', async () => {
    const bench = rxjsNet('bench', `127.0.0.1:${await echo()}`, '--duration', '1h');
    const { program, type } = inTerminal(bench);
    await program.line(/ s of 1:00:00; [\d,]+ answered, [\d,]+\/s; p50 [\d.]+ [µm]?s, p99 /);
    type(CTRL_C);
    expect(await program.ended).toEqual({ code: 0, signal: null });
    const text = program.lines.join('\n');
    // eslint-disable-next-line no-control-regex -- bold
    expect(text).toMatch(/\u001b\[1m127\.0\.0\.1:\d+: 10 connections, 1 in flight on each, 64 B as lines/);
    expect(text).toMatch(/^latency( +[\d.]+ [µm]?s){5}\r?$/m);
  });

  it('has no colours with NO_COLOR', async () => {
    const bench = rxjsNet('bench', `127.0.0.1:${await echo()}`, '--duration', '10ms');
    const { program } = inTerminal(`env NO_COLOR=1 ${bench}`);
    await program.line(/^latency/);
    expect(program.lines.join('\n')).not.toContain('\u001b[1m');
  });
});
