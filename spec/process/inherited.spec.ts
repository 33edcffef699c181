import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, mkdtempSync, openSync, closeSync, rmSync, statSync } from 'node:fs';
import { createServer, type AddressInfo, type ListenOptions } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterThisSpec } from '../cleanup.ts';
import { dial } from '../examples/peer.ts';
import { follow, type Program } from '../examples/program.ts';

const file = join(__dirname, 'inherited.program.ts');

/** A program with a descriptor of ours as its number 3. */
function passTo(program: string, descriptor: number, ...args: readonly string[]): Program {
  const child = spawn(process.execPath, ['--import', 'tsx', program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', descriptor],
  });
  return follow(child, `${program} ${args.join(' ')}`);
}

function pass(descriptor: number, fd: number, endpoint: string): Program {
  return passTo(file, descriptor, String(fd), endpoint);
}

/** Binds, passes the socket on, and leaves it to the child alone. */
async function passSocket(
  where: ListenOptions,
  endpoint: string,
): Promise<Program & { readonly at: number }> {
  const bound = createServer().listen(where);
  await once(bound, 'listening');
  const { _handle: handle } = bound as unknown as { readonly _handle: { readonly fd: number } };
  const address = bound.address() as AddressInfo;
  const program = pass(handle.fd, 3, endpoint);
  bound.close();
  return Object.assign(program, { at: address.port });
}

describe('an inherited descriptor', () => {
  it('is listened on, and the endpoint is the real one', async () => {
    const program = await passSocket({ port: 0, host: '127.0.0.1' }, 'example.com:80');
    expect(await program.port()).toBe(program.at);
    const peer = await dial(program.at);
    peer.socket.end('hello');
    expect(await peer.ended).toBe('FIN');
    expect(peer.heard).toBe('hello');
  });

  it('drains, and is listened on only once, because its number may be something else by then', async () => {
    const program = await passSocket({ port: 0, host: '127.0.0.1' }, '127.0.0.1:0');
    const peer = await dial(await program.port());
    peer.socket.write('hello');
    await peer.hears('hello');
    program.kill('SIGTERM');
    expect(await peer.ended).toBe('FIN');
    peer.socket.end();
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.lines.at(-1)).toMatch(/fd 3 was given before.*ERR_INVALID_OPTION/u);
    await expect(dial(program.at)).rejects.toThrow('ECONNREFUSED');
  });

  it('may be a Unix socket, whose file stays, under the name that the endpoint gives it', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'rxjs-net-inherited-'));
    afterThisSpec(() => {
      rmSync(directory, { recursive: true });
    });
    // Its first name goes with our server; only its maker knows the second one.
    const [first, second] = [join(directory, 'first'), join(directory, 'second')];
    const bound = createServer().listen(first);
    await once(bound, 'listening');
    linkSync(first, second);
    const { _handle: handle } = bound as unknown as { readonly _handle: { readonly fd: number } };
    const program = pass(handle.fd, 3, `unix:${second}`);
    bound.close();
    await program.line(new RegExp(`^listening on unix:${second}$`, 'u'));
    const peer = await dial(second);
    peer.socket.end('hello');
    expect(await peer.ended).toBe('FIN');
    program.kill('SIGTERM');
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(statSync(second).isSocket()).toBe(true);
  });

  it('is shared by the workers of a cluster that has inherited it', async () => {
    const bound = createServer().listen(0, '127.0.0.1');
    await once(bound, 'listening');
    const { port } = bound.address() as AddressInfo;
    const { _handle: handle } = bound as unknown as { readonly _handle: { readonly fd: number } };
    const workers = join(__dirname, 'cluster.program.ts');
    const program = passTo(workers, handle.fd, '127.0.0.1:0', JSON.stringify({ fd: 3 }));
    bound.close();
    for (const worker of [1, 2]) {
      await program.line(new RegExp(`^worker ${worker} \\d+ listens on 127\\.0\\.0\\.1:${port}$`, 'u'));
    }
    const heard: string[] = [];
    for (let number = 0; number < 4; number += 1) {
      const peer = await dial(port);
      peer.socket.end('hello');
      expect(await peer.ended).toBe('FIN');
      heard.push(peer.heard);
    }
    expect(new Set(heard)).toEqual(new Set(['1:hello', '2:hello']));
  });

  it('that is a Unix socket is not taken for tls://', async () => {
    const path = join(tmpdir(), `rxjs-net-inherited-${process.pid}`);
    const program = await passSocket({ path }, 'tls://127.0.0.1:0');
    await program.line(/fd 3 is a Unix socket, which has no TLS.*ERR_INVALID_OPTION/u);
  });

  it.each([
    ['a file', 3],
    ['closed', 77],
  ])('that is %s is refused (rule 16)', async (_, fd) => {
    const descriptor = openSync(file, 'r');
    const program = pass(descriptor, fd, '127.0.0.1:0');
    closeSync(descriptor);
    await program.line(new RegExp(`fd ${fd} is no socket to listen on.*ERR_INVALID_OPTION`, 'u'));
    expect(await program.ended).toEqual({ code: 0, signal: null });
  });
});
