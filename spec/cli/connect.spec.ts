import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { connectCommand } from '../../src/cli/connect.ts';
import { Interrupted } from '../../src/cli/interrupted.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { afterThisSpec } from '../cleanup.ts';
import { isReset, listenTo, type Peer } from '../examples/peer.ts';
import { within } from '../examples/program.ts';
import { start, text } from './in-process.ts';

interface Host {
  readonly endpoint: string;
  readonly client: Promise<Peer>;
  readonly socket: Promise<Socket>;
}

async function host(): Promise<Host> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  const socket = once(server, 'connection').then(([accepted]) => accepted as Socket);
  server.listen(0, '127.0.0.1');
  afterThisSpec(() => server.close());
  await once(server, 'listening');
  return {
    endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get client() {
      return within(
        socket.then((accepted) => {
          const peer = listenTo(accepted);
          accepted.resume();
          return peer;
        }),
        () => 'nobody has connected',
      );
    },
    get socket() {
      return within(socket, () => 'nobody has connected');
    },
  };
}

describe('connect', () => {
  it('passes on standard input, and to standard output what the peer says', async () => {
    const { endpoint, client } = await host();
    const { stdin, stdout } = start(connectCommand, [endpoint]);
    stdin.write('question');
    const peer = await client;
    await peer.hears('question');
    peer.socket.write('answer');
    expect(await text(stdout, 6)).toBe('answer');
  });

  it('sends FIN at the end of standard input, and hears what the peer says after that', async () => {
    const { endpoint, client } = await host();
    const { stdin, stdout, ended } = start(connectCommand, [endpoint]);
    stdin.end('question');
    const peer = await client;
    expect(await peer.ended).toBe('FIN');
    expect(peer.heard).toBe('question');
    peer.socket.end('a late answer');
    expect(await text(stdout, 13)).toBe('a late answer');
    expect(await ended).toBe('done');
  });

  it('goes on with standard input after the end of the peer, so that nothing is lost', async () => {
    const { endpoint, client } = await host();
    const { stdin, ended } = start(connectCommand, [endpoint]);
    const peer = await client;
    peer.socket.end();
    stdin.write('one');
    await peer.hears('one');
    stdin.end('two');
    await peer.hears('onetwo');
    expect(await peer.ended).toBe('FIN');
    expect(await ended).toBe('done');
  });

  it.each<readonly [what: string, args: readonly string[], isTyped: boolean]>([
    ['at a terminal', [], true],
    ['with --end-with-peer', ['--end-with-peer'], false],
  ])('ends with the peer %s, and lets go of standard input', async (_, args, isTyped) => {
    const { endpoint, client } = await host();
    const { stdin, ended } = start(connectCommand, [endpoint, ...args], { isTyped });
    stdin.write('bye?');
    const peer = await client;
    await peer.hears('bye?');
    peer.socket.end();
    expect(await ended).toBe('done');
    expect(await peer.ended).toBe('FIN');
    expect(stdin.destroyed).toBe(true);
  });

  it('writes what came before a reset, and then fails', async () => {
    const { endpoint, client } = await host();
    const { stdin, stdout, ended } = start(connectCommand, [endpoint]);
    stdin.write('x');
    const peer = await client;
    await peer.hears('x');
    peer.socket.write('before');
    expect(await text(stdout, 6)).toBe('before');
    peer.socket.resetAndDestroy();
    expect(await ended).toMatchObject({ code: 'ERR_CONNECTION_RESET' });
  });

  it('fails when nobody listens', async () => {
    expect(await start(connectCommand, ['127.0.0.1:1']).ended).toMatchObject({
      code: 'ERR_CONNECTION_REFUSED',
    });
  });

  it('reads no more of the peer than standard output takes', async () => {
    const { endpoint, socket } = await host();
    // It never calls back.
    const stdout = new Writable({ highWaterMark: 1, write: () => undefined });
    start(connectCommand, [endpoint], { stdout });
    const peer = await socket;
    // Until the kernel, and the window of the connection, are full.
    const chunk = Buffer.alloc(1024 * 1024);
    let sent = 0;
    while (peer.write(chunk) || (await drained(peer))) {
      sent += chunk.length;
      expect(sent).toBeLessThan(64 * chunk.length);
    }
    peer.destroy();
  });

  it('fails when nobody reads standard output, and resets the connection', async () => {
    const { endpoint, client } = await host();
    const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => {
        done(gone);
      },
    }).on('error', () => undefined);
    const { ended } = start(connectCommand, [endpoint], { stdout });
    const peer = await client;
    peer.socket.write('anything');
    expect(await ended).toMatchObject({ message: 'nobody reads standard output any more (EPIPE)' });
    expect(await peer.ended).toBe('RST');
  });

  it('fails when standard input does, and resets the connection: what was cut off is not whole', async () => {
    const { endpoint, client } = await host();
    const { stdin, ended } = start(connectCommand, [endpoint]);
    stdin.write('half of');
    const peer = await client;
    await peer.hears('half of');
    stdin.destroy(new Error('EISDIR'));
    expect(await ended).toMatchObject({ message: 'EISDIR' });
    expect(await peer.ended).toBe('RST');
  });

  it('at a terminal ends its side at Ctrl-C, hears the rest, and ends with the peer', async () => {
    const { endpoint, client } = await host();
    const { stdin, stdout, stop, ended } = start(connectCommand, [endpoint], { isTyped: true });
    stdin.write('question');
    const peer = await client;
    await peer.hears('question');
    stop.next();
    expect(await peer.ended).toBe('FIN');
    peer.socket.end('the last answer');
    expect(await text(stdout, 15)).toBe('the last answer');
    expect(await ended).toBe('done');
  });

  it('resets at Ctrl-C in the middle of a file: what has been sent of it is not whole', async () => {
    const { endpoint, client } = await host();
    const { stdin, stop, ended } = start(connectCommand, [endpoint]);
    stdin.write('half of');
    const peer = await client;
    await peer.hears('half of');
    stop.next();
    expect(await ended).toBeInstanceOf(Interrupted);
    expect(await peer.ended).toBe('RST');
  });

  it('ends its side at Ctrl-C when nothing has come on standard input yet', async () => {
    const { endpoint, client } = await host();
    const { stdout, stop, ended } = start(connectCommand, [endpoint]);
    const peer = await client;
    peer.socket.write('welcome');
    expect(await text(stdout, 7)).toBe('welcome');
    stop.next();
    expect(await peer.ended).toBe('FIN');
    peer.socket.end('and bye');
    expect(await text(stdout, 7)).toBe('and bye');
    expect(await ended).toBe('done');
  });

  it('waits after Ctrl-C as long as --grace says, and then resets and fails', async () => {
    const { endpoint, client } = await host();
    const { stdin, stop, ended } = start(connectCommand, [endpoint, '--grace', '20ms'], { isTyped: true });
    stdin.write('question');
    const peer = await client;
    await peer.hears('question');
    stop.next();
    expect(await ended).toMatchObject({
      message: 'not over 20 ms after Ctrl-C: what was still open was reset',
    });
    await isReset(peer);
  });

  it('resets at the second Ctrl-C', async () => {
    const { endpoint, client } = await host();
    const { stdin, stop, ended } = start(connectCommand, [endpoint], { isTyped: true });
    stdin.write('question');
    const peer = await client;
    await peer.hears('question');
    stop.next();
    expect(await peer.ended).toBe('FIN');
    stop.next();
    expect(await ended).toBeInstanceOf(Interrupted);
    await isReset(peer);
  });

  it('waits no longer than --grace says for a reader of standard output that stands still', async () => {
    const { endpoint, client } = await host();
    // It never calls back.
    const stdout = new Writable({ write: () => stdout.emit('begun') });
    const begun = once(stdout, 'begun');
    const { stdin, stop, ended } = start(connectCommand, [endpoint, '--grace', '20ms'], { stdout });
    stdin.end();
    const peer = await client;
    peer.socket.end('an answer');
    await within(begun, () => 'nothing is written');
    stop.next();
    expect(await ended).toMatchObject({ message: expect.stringMatching(/^not over 20 ms after Ctrl-C/) });
  });

  it('ends at once at Ctrl-C before there is a connection', async () => {
    const { stop, ended } = start(connectCommand, ['127.0.0.1:1'], { isTyped: true });
    stop.next();
    expect(await ended).toBe('done');
  });

  it('is interrupted by that, when what is to be sent is not typed', async () => {
    const { stop, ended } = start(connectCommand, ['127.0.0.1:1']);
    stop.next();
    expect(await ended).toBeInstanceOf(Interrupted);
  });

  it('gives up a connection on which nothing is said for as long as --idle says', async () => {
    const { endpoint } = await host();
    const { ended } = start(connectCommand, [endpoint, '--idle', '30ms']);
    expect(await ended).toMatchObject({ code: 'ERR_IDLE_TIMEOUT' });
  });

  it('makes whole lines with --lines, and ends them with CR and LF with --crlf', async () => {
    const { endpoint, client } = await host();
    const { stdin, stdout, ended } = start(connectCommand, [endpoint, '--crlf']);
    stdin.end('HEAD\n\nlast');
    const peer = await client;
    expect(await peer.ended).toBe('FIN');
    expect(peer.heard).toBe('HEAD\r\n\r\nlast\r\n');
    peer.socket.end('200 OK\r\nunfinished');
    expect(await text(stdout, 18)).toBe('200 OK\nunfinished\n');
    expect(await ended).toBe('done');
  });

  it('fails for a line that is too long, though standard input goes on', async () => {
    const { endpoint, client } = await host();
    const { stdout, ended } = start(connectCommand, [endpoint, '--lines']);
    stdout.resume();
    const peer = await client;
    peer.socket.on('error', () => undefined).write(Buffer.alloc(5 * 1024 * 1024, 'a'));
    expect(await ended).toMatchObject({ code: 'ERR_FRAME_TOO_LONG' });
  });

  it.each<readonly [args: readonly string[], message: string]>([
    [[], 'ENDPOINT is missing: write host:port'],
    [['a:1', 'b:1'], 'Unexpected argument "b:1": write one ENDPOINT'],
    [['a:1', '--ca', 'package.json'], '--ca is for TLS: write --tls as well'],
    [['a:1', '--tls', '--cert', 'package.json'], '--cert and --key go together'],
    [['a:1', '--tls', '--ca', 'nowhere.pem'], '--ca "nowhere.pem": name a file that can be read'],
  ])('says what to write instead of %j', async (args, message) => {
    const error = await start(connectCommand, args).ended;
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ message: expect.stringContaining(message) });
  });

  it('tells its options', async () => {
    const { lines, ended } = start(connectCommand, ['--help']);
    expect(await ended).toBe('done');
    expect(lines).toEqual([connectCommand.help]);
  });
});

/** Whether a socket has room again within the time that a reader that reads would need. */
async function drained(socket: Socket): Promise<boolean> {
  const turns = (async () => {
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    return false;
  })();
  return Promise.race([once(socket, 'drain').then(() => true), turns]);
}
