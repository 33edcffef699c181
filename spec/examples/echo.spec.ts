import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dial } from './peer.ts';
import { run } from './program.ts';

describe('examples/echo.ts', () => {
  it('says back what it hears, and ends when the peer has ended', async () => {
    const server = run('examples/echo.ts', '127.0.0.1:0');
    const peer = await dial(await server.port());
    peer.socket.end('hello');
    expect(await peer.ended).toBe('FIN');
    expect(peer.heard).toBe('hello');
    await server.line(/: 5 bytes in, 5 out, closed$/);
  });

  it('drains at SIGTERM: says back what it has received, ends with FIN, and exits with code 0', async () => {
    const server = run('examples/echo.ts', '127.0.0.1:0');
    const peer = await dial(await server.port());
    const idle = await dial(await server.port());
    peer.socket.write('before the signal');
    await peer.hears('before the signal');
    server.kill('SIGTERM');
    expect(await Promise.all([peer.ended, idle.ended])).toEqual(['FIN', 'FIN']);
    peer.socket.end();
    idle.socket.end();
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect(server.lines.at(-1)).toBe('stopped: 2 drained, 0 forced, 0 lost');
  });

  it('takes two signals at once for one, as npm and tsx send a Ctrl-C twice', async () => {
    const server = run('examples/echo.ts', '127.0.0.1:0');
    const peer = await dial(await server.port());
    server.kill('SIGINT');
    expect(await peer.ended).toBe('FIN');
    server.kill('SIGINT');
    peer.socket.end();
    expect(await server.ended).toEqual({ code: 0, signal: null });
  });

  it('listens on a Unix socket as well, and takes its file away', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'rxjs-net-echo-'));
    const path = join(directory, 'echo.sock');
    try {
      const server = run('examples/echo.ts', `unix:${path}`);
      await server.line(/^listening on unix:/);
      const peer = await dial(path);
      peer.socket.end('hello');
      expect(await peer.ended).toBe('FIN');
      expect(peer.heard).toBe('hello');
      server.kill('SIGTERM');
      expect(await server.ended).toEqual({ code: 0, signal: null });
      await expect(dial(path)).rejects.toThrow('ENOENT');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('says why it cannot listen, and exits with code 1', async () => {
    const first = run('examples/echo.ts', '127.0.0.1:0');
    const second = run('examples/echo.ts', `127.0.0.1:${await first.port()}`);
    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.lines.join()).toMatch(/another server listens there.*ERR_ADDRESS_IN_USE/);
  });
});
