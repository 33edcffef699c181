import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import os, { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { firstValueFrom, lastValueFrom, map, merge, switchMap, tap, toArray } from 'rxjs';
import { bind, connect, openConnection, serve, UnixSocketTransport, type Server } from '../../src/index.ts';
import { afterThisSpec } from '../cleanup.ts';
import { startServer } from '../loopback.ts';
import { record, settled } from '../wire.ts';

function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'rxjs-net-spec-'));
  afterThisSpec(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

/** A socket file that nobody listens on, as a killed server leaves it behind. */
function makeStale(path: string): void {
  const program = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', program, path]);
  expect(lstatSync(path).isSocket()).toBe(true);
}

const modeOf = (path: string): string => (lstatSync(path).mode & 0o777).toString(8);

describe('a Unix socket', () => {
  it.each(['unix:', 'unix://'])(
    'is served and dialled at %s/path, with mode 0660 by default',
    async (prefix) => {
      const path = join(freshDirectory(), 'made', 'on', 'the', 'way', 's');
      const { server } = await startServer({}, `${prefix}${path}`);
      server.connections.pipe(serve(({ received }) => received)).subscribe();
      expect([server.endpoint, modeOf(path)]).toEqual([`unix:${path}`, '660']);
      expect(readdirSync(dirname(path))).toEqual(['s']);
      const echo = connect(server.endpoint).pipe(
        switchMap((connection) =>
          merge(
            connection.send(['hello']).pipe(
              tap({
                complete: () => {
                  connection.end();
                },
              }),
            ),
            connection.received,
          ),
        ),
        toArray(),
        map((chunks) => Buffer.concat(chunks).toString()),
      );
      expect(await lastValueFrom(echo)).toBe('hello');
    },
  );

  it('knows its ends: the path, and the unnamed endpoint of the client', async () => {
    const path = join(freshDirectory(), 's');
    const { server, accept } = await startServer({}, `unix:${path}`);
    const connection = await openConnection(server.endpoint);
    const accepted = await accept();
    expect([connection.local, connection.remote]).toEqual(['unix:', `unix:${path}`]);
    expect([accepted.local, accepted.remote]).toEqual([`unix:${path}`, 'unix:']);
    connection.abort();
  });

  it('has the mode that it is given', async () => {
    const path = join(freshDirectory(), 's');
    await startServer({ mode: 0o600 }, `unix:${path}`);
    expect(modeOf(path)).toBe('600');
  });

  it('is removed when the listener goes, and the path can be bound again at once (rule 5)', async () => {
    const path = join(freshDirectory(), 's');
    for (let round = 0; round < 3; round += 1) {
      const { stop, subscription } = await startServer({}, `unix:${path}`);
      subscription.unsubscribe();
      expect(existsSync(path)).toBe(false);
      await stop();
    }
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  it('is left alone when it is not ours any more (rule 5)', async () => {
    const path = join(freshDirectory(), 's');
    const { stop } = await startServer({}, `unix:${path}`);
    unlinkSync(path);
    const newer = await startServer({}, `unix:${path}`);
    const inode = lstatSync(path).ino;
    await stop();
    expect(lstatSync(path).ino).toBe(inode);
    const connection = await openConnection(`unix:${path}`);
    await newer.accept();
    connection.abort();
  });

  it('may have been removed by somebody else before it goes', async () => {
    const path = join(freshDirectory(), 's');
    const { stop } = await startServer({}, `unix:${path}`);
    unlinkSync(path);
    expect(await stop()).toMatchObject({ drained: 0 });
  });

  it('replaces a stale file, as a killed server leaves it', async () => {
    const path = join(freshDirectory(), 's');
    makeStale(path);
    await expect(openConnection(`unix:${path}`)).rejects.toMatchObject({ code: 'ERR_CONNECTION_REFUSED' });
    const { accept } = await startServer({}, `unix:${path}`);
    const connection = await openConnection(`unix:${path}`);
    await accept();
    expect(readdirSync(dirname(path))).toEqual(['s']);
    connection.abort();
  });

  it('is bound by exactly one of many servers that find the same stale file at once', async () => {
    const path = join(freshDirectory(), 's');
    makeStale(path);
    const attempts = Array.from({ length: 8 }, () => {
      const servers: Server[] = [];
      const { log, stop } = record(
        bind(`unix:${path}`).pipe(
          tap((server) => servers.push(server)),
          map(() => 'bound'),
        ),
      );
      afterThisSpec(async () => {
        stop();
        await Promise.all(servers.map(({ closed }) => firstValueFrom(closed)));
      });
      return log;
    });
    while (attempts.some((log) => log.length === 0)) await settled();
    const outcomes = attempts.flat().sort();
    expect(outcomes).toEqual(['"bound"', ...Array.from({ length: 7 }, () => 'ERR_ADDRESS_IN_USE')]);
    const connection = await openConnection(`unix:${path}`);
    connection.abort();
    expect(readdirSync(dirname(path))).toEqual(['s']);
  });

  it('in use is refused, and the one who listens there never notices', async () => {
    const path = join(freshDirectory(), 's');
    const { accept } = await startServer({}, `unix:${path}`);
    await expect(firstValueFrom(bind(`unix:${path}`))).rejects.toMatchObject({
      code: 'ERR_ADDRESS_IN_USE',
      endpoint: `unix:${path}`,
    });
    (await accept()).abort();
    const connection = await openConnection(`unix:${path}`);
    await accept();
    connection.abort();
    expect(readdirSync(dirname(path))).toEqual(['s']);
  });

  it('is in use as well while the backlog of its listener is full', async () => {
    const path = join(freshDirectory(), 's');
    const netServer = createServer().listen({ path, backlog: 1 });
    await once(netServer, 'listening');
    afterThisSpec(() => netServer.close());
    const { log } = record(bind(`unix:${path}`));
    while (log.length === 0) await settled();
    expect(log).toEqual(['ERR_ADDRESS_IN_USE']);
  });

  it.each<[string, (path: string) => void]>([
    [
      'a file',
      (path) => {
        writeFileSync(path, 'precious');
      },
    ],
    [
      'a directory',
      (path) => {
        mkdirSync(path);
      },
    ],
    [
      'a symbolic link',
      (path) => {
        symlinkSync('/nowhere', path);
      },
    ],
  ])('is not bound where %s is, which is never deleted', async (_, make) => {
    const path = join(freshDirectory(), 's');
    make(path);
    const { ino } = lstatSync(path);
    await expect(firstValueFrom(bind(`unix:${path}`))).rejects.toMatchObject({ code: 'ERR_NOT_A_SOCKET' });
    expect(lstatSync(path).ino).toBe(ino);
    expect(readdirSync(dirname(path))).toEqual(['s']);
  });

  it('is not bound below a file', async () => {
    const path = join(freshDirectory(), 'file');
    writeFileSync(path, '');
    await expect(firstValueFrom(bind(`unix:${path}/s`))).rejects.toMatchObject({
      code: 'ERR_NOT_A_SOCKET',
      phase: 'bind',
    });
  });

  it('with a path of 107 bytes is bound whole, one with 108 is refused before anything is made', async () => {
    const directory = freshDirectory();
    const longest = join(directory, 'x'.repeat(107 - directory.length - 1));
    const { server } = await startServer({}, `unix:${longest}`);
    expect(server.endpoint).toBe(`unix:${longest}`);
    expect(lstatSync(longest).isSocket()).toBe(true);
    const tooLong = join(directory, 'made?', 'ü'.repeat(60));
    await expect(firstValueFrom(bind(`unix:${tooLong}`))).rejects.toMatchObject({
      code: 'ERR_PATH_TOO_LONG',
      message: expect.stringContaining('107 are allowed') as string,
    });
    expect(existsSync(dirname(tooLong))).toBe(false);
  });

  it('with a path of 107 bytes is bound whole although its name has one letter', async () => {
    const parent = freshDirectory();
    const path = join(parent, 'x'.repeat(107 - parent.length - 3), 's');
    const { server } = await startServer({}, `unix:${path}`);
    expect([path.length, server.endpoint, readdirSync(dirname(path))]).toEqual([107, `unix:${path}`, ['s']]);
  });

  it('that nobody may enter is a clear error', async () => {
    const path = join(freshDirectory(), 's');
    await startServer({ mode: 0o000 }, `unix:${path}`);
    chmodSync(dirname(path), 0o755);
    // Root may enter everything, so root becomes nobody for a moment.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      await expect(openConnection(`unix:${path}`)).rejects.toMatchObject({ code: 'ERR_PERMISSION_DENIED' });
      await expect(firstValueFrom(bind(`unix:${path}`))).rejects.toMatchObject({
        code: 'ERR_PERMISSION_DENIED',
      });
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  it('unsubscribed while a stale file is probed leaves nothing behind (rule 2)', async () => {
    const path = join(freshDirectory(), 's');
    await startServer({}, `unix:${path}`);
    const { log, stop } = record(bind(`unix:${path}`));
    while (readdirSync(dirname(path)).length < 2) await new Promise((resolve) => setImmediate(resolve));
    stop();
    await settled();
    expect([log, readdirSync(dirname(path))]).toEqual([[], ['s']]);
    linkSync(path, `${path}2`);
  });
});

describe('UnixSocketTransport', () => {
  it('makes up a path in a directory that only the owner can enter, and removes both', async () => {
    const transport = new UnixSocketTransport();
    expect([transport.path, transport.endpoint]).toEqual([undefined, undefined]);
    const server = await new Promise<Server>((resolve) => {
      transport.bind().subscribe(resolve);
    });
    const path = server.endpoint.slice('unix:'.length);
    expect([transport.endpoint, modeOf(dirname(path))]).toEqual([server.endpoint, '700']);
    await transport.close();
    expect([transport.endpoint, existsSync(dirname(path))]).toEqual([undefined, false]);
  });

  it('takes a path with and without its scheme, to listen and to dial', async () => {
    const path = join(freshDirectory(), 's');
    const transport = new UnixSocketTransport({ path, closeTimeout: 500 });
    const connections = record(transport.listen().pipe(serve(({ received }) => received)));
    await settled();
    const dials = [path, `unix:${path}`].map((endpoint) =>
      record(transport.connect(endpoint).pipe(map(({ remote }) => remote))),
    );
    while (dials.some(({ log }) => log.length === 0)) await settled();
    expect(dials.map(({ log }) => log[0])).toEqual([`"unix:${path}"`, `"unix:${path}"`]);
    await transport.close();
    expect(connections.log.at(-1)).toBe('complete');
    expect(existsSync(path)).toBe(false);
  });

  it('reports that no directory can be made', async () => {
    const tmp = jest.spyOn(os, 'tmpdir').mockReturnValue('/nowhere/at/all');
    afterThisSpec(() => {
      tmp.mockRestore();
    });
    await expect(firstValueFrom(new UnixSocketTransport().bind())).rejects.toMatchObject({
      code: 'ERR_ENDPOINT_NOT_FOUND',
      phase: 'bind',
    });
  });
});
