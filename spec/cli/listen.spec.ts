import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listenCommand } from '../../src/cli/listen.ts';
import { connectCommand } from '../../src/cli/connect.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { afterThisSpec } from '../cleanup.ts';
import { dial, isReset } from '../examples/peer.ts';
import { start, text } from './in-process.ts';

describe('listen', () => {
  it('talks to the first who connects, frees its port for others, and ends when that one does', async () => {
    const { stdin, stdout, port, ended } = start(listenCommand, []);
    stdin.end('welcome');
    const number = await port();
    const client = await dial(number);
    await client.hears('welcome');
    expect(await client.ended).toBe('FIN');
    await expect(dial(number)).rejects.toThrow('ECONNREFUSED');
    client.socket.end('thanks');
    expect(await text(stdout, 6)).toBe('thanks');
    expect(await ended).toBe('done');
  });

  it('answers after the end of the peer, for as long as there is something to say', async () => {
    const { stdin, stdout, port, ended } = start(listenCommand, []);
    const client = await dial(await port());
    client.socket.end('question');
    expect(await text(stdout, 8)).toBe('question');
    stdin.end('answer');
    await client.hears('answer');
    expect(await client.ended).toBe('FIN');
    expect(await ended).toBe('done');
  });

  it('ends with the peer at a terminal', async () => {
    const { stdout, port, ended } = start(listenCommand, [], { isTyped: true });
    const client = await dial(await port());
    client.socket.end('bye');
    expect(await text(stdout, 3)).toBe('bye');
    expect(await client.ended).toBe('FIN');
    expect(await ended).toBe('done');
  });

  it('fails when its connection is lost', async () => {
    const { stdout, port, ended } = start(listenCommand, []);
    const client = await dial(await port());
    client.socket.write('before');
    expect(await text(stdout, 6)).toBe('before');
    client.socket.resetAndDestroy();
    expect(await ended).toMatchObject({ code: 'ERR_CONNECTION_RESET' });
  });

  it('fails when nobody connects within --timeout', async () => {
    expect(await start(listenCommand, ['--timeout', '20ms']).ended).toMatchObject({
      message: 'nobody has connected within 20 ms',
    });
  });

  it.each([[[]], [['--keep']]])('%j ends at Ctrl-C, when nobody is there', async (args) => {
    const { port, stop, stdin, ended } = start(listenCommand, args);
    await port();
    stop.next();
    expect(await ended).toBe('done');
    expect(stdin.destroyed).toBe(true);
  });

  it.each([[[]], [['--keep']]])('%j ends its side at Ctrl-C, and hears the rest', async (args) => {
    const { stdout, port, stop, ended } = start(listenCommand, args);
    const client = await dial(await port());
    client.socket.write('first');
    expect(await text(stdout, 5)).toBe('first');
    stop.next();
    expect(await client.ended).toBe('FIN');
    client.socket.end('last');
    expect(await text(stdout, 4)).toBe('last');
    expect(await ended).toBe('done');
  });

  it('with --keep tells all who are there what comes on standard input, and says who sent which line', async () => {
    const { stdin, stdout, line, port, stop, ended } = start(listenCommand, ['--keep', '--lines']);
    const number = await port();
    const [a, b] = [await dial(number), await dial(number)];
    const [, first = '', ofA] = await line(/^(#\d+) (.*): accepted$/);
    a.socket.write('from a\n');
    const isA = ofA === `127.0.0.1:${a.socket.localPort}`;
    expect(await text(stdout, 9)).toMatch(isA ? `${first} from a\n` : / from a\n$/);
    stdin.write('to all\n');
    await a.hears('to all\n');
    await b.hears('to all\n');
    b.socket.end('unfinished');
    expect(await text(stdout, 13)).toMatch(/^#\d+ unfinished\n$/);
    expect(await b.ended).toBe('FIN');
    await line(/^#\d+ 127\.0\.0\.1:\d+: closed after [\d.]+ m?s; 10 B in, 7 B out$/);
    stdin.write('still there\n');
    await a.hears('still there\n');
    stop.next();
    expect(await a.ended).toBe('FIN');
    a.socket.end();
    expect(await ended).toBe('done');
  });

  it('with --keep survives a connection that is lost, and says why', async () => {
    const { stdout, line, port } = start(listenCommand, ['--keep']);
    const number = await port();
    const a = await dial(number);
    a.socket.write('before');
    expect(await text(stdout, 6)).toBe('before');
    a.socket.resetAndDestroy();
    await line(/: lost after .*; 6 B in, 0 B out; .*\(ERR_CONNECTION_RESET\)$/);
    const b = await dial(number);
    b.socket.write('after');
    expect(await text(stdout, 5)).toBe('after');
  });

  it('with --keep reads nothing of standard input while nobody is there, and outlives its end', async () => {
    const { stdin, stdout, port, stop, ended } = start(listenCommand, ['--keep']);
    stdin.end('for the first');
    const number = await port();
    const a = await dial(number);
    await a.hears('for the first');
    a.socket.end('one');
    expect(await text(stdout, 3)).toBe('one');
    expect(await a.ended).toBe('FIN');
    const b = await dial(number);
    b.socket.end('two');
    expect(await text(stdout, 3)).toBe('two');
    expect(await b.ended).toBe('FIN');
    expect(b.heard).toBe('');
    stop.next();
    expect(await ended).toBe('done');
  });

  it('with --keep resets all who are there when standard input fails: nobody has got all of it', async () => {
    const { stdin, stdout, port, ended } = start(listenCommand, ['--keep']);
    const number = await port();
    const peers = [await dial(number), await dial(number), await dial(number)];
    for (const { socket } of peers) socket.write('.');
    expect(await text(stdout, 3)).toBe('...');
    stdin.write('half of');
    await Promise.all(peers.map((peer) => peer.hears('half of')));
    stdin.destroy(new Error('EIO: i/o error, read'));
    expect(await ended).toMatchObject({ message: 'EIO: i/o error, read' });
    expect(await Promise.all(peers.map((peer) => peer.ended))).toEqual(['RST', 'RST', 'RST']);
  });

  it.each([[[]], [['--keep']]])(
    '%j waits as long as --grace says, and then resets and fails',
    async (args) => {
      const { stdout, port, stop, ended } = start(listenCommand, [...args, '--grace', '20ms']);
      const client = await dial(await port());
      client.socket.write('first');
      expect(await text(stdout, 5)).toBe('first');
      stop.next();
      expect(await ended).toMatchObject({ message: expect.stringMatching(/^not over 20 ms after Ctrl-C/) });
      await isReset(client);
    },
  );

  it('colours who has sent a line, for who wants colours', async () => {
    const { stdout, port } = start(listenCommand, ['--keep', '--lines'], { hasColors: true });
    const client = await dial(await port());
    client.socket.write('hi\n');
    // eslint-disable-next-line no-control-regex -- a colour is one
    expect(await text(stdout, 16)).toMatch(/^\u001b\[36m#\d+\u001b\[39m hi\n$/);
  });

  it('listens on a Unix socket, whose file goes with it', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'rxjs-net-'));
    afterThisSpec(() => {
      rmSync(directory, { recursive: true });
    });
    const path = join(directory, 'a.sock');
    const server = start(listenCommand, [`unix:${path}`]);
    await server.line(/^listening on unix:/);
    const client = start(connectCommand, [`unix:${path}`]);
    client.stdin.end('through a file');
    expect(await text(server.stdout, 14)).toBe('through a file');
    server.stdin.end();
    expect(await server.ended).toBe('done');
    expect(await client.ended).toBe('done');
    expect(existsSync(path)).toBe(false);
  });

  it('wants a certificate for TLS, and TLS for a certificate', async () => {
    const without = await start(listenCommand, ['--tls']).ended;
    expect(without).toBeInstanceOf(UsageError);
    expect(without).toMatchObject({ message: expect.stringContaining('write --cert FILE and --key FILE') });
    expect(await start(listenCommand, ['--cert', 'package.json']).ended).toBeInstanceOf(UsageError);
  });

  it('tells its options', async () => {
    const { lines, ended } = start(listenCommand, ['--help']);
    expect(await ended).toBe('done');
    expect(lines).toEqual([listenCommand.help]);
  });
});
