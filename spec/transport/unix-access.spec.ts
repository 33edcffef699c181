import { execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { map } from 'rxjs';
import { serve } from '../../src/index.ts';
import { afterThisSpec } from '../cleanup.ts';
import { startServer } from '../loopback.ts';

// Nobody, and nogroup, of Linux.
const STRANGER = 65_534;
const GROUP = 4_711;

const DIALLER = `
  const socket = require('node:net').connect(process.argv[1]);
  socket.on('error', ({ code }) => console.log(code));
  socket.on('data', (chunk) => { console.log(String(chunk)); socket.end(); });
  socket.write('let me in');
`;

/** What a process of somebody else gets who dials this path. */
function dialAs(uid: number, gid: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['-e', DIALLER, path], { uid, gid, cwd: '/' }, (error, stdout) => {
      if (error === null) resolve(stdout.trim());
      else reject(error);
    });
  });
}

const isRoot = process.getuid?.() === 0;
const describeAsRoot = isRoot ? describe : describe.skip;

describeAsRoot(
  `who may dial a Unix socket${isRoot ? '' : ' (skipped: only root can be somebody else)'}`,
  () => {
    const start = async (mode: number | undefined, directoryMode: number): Promise<string> => {
      const directory = mkdtempSync(join(tmpdir(), 'rxjs-net-'));
      afterThisSpec(() => {
        rmSync(directory, { recursive: true, force: true });
      });
      const path = join(directory, 'socket');
      const { server } = await startServer({ mode }, `unix:${path}`);
      server.connections.pipe(serve(({ received }) => received.pipe(map(() => 'welcome')))).subscribe();
      chownSync(directory, 0, GROUP);
      chownSync(path, 0, GROUP);
      chmodSync(directory, directoryMode);
      return path;
    };

    it.each<[string, number | undefined, number, string, string]>([
      ['its group, and nobody else, by default', undefined, 0o755, 'welcome', 'EACCES'],
      ['its owner alone, with 0600', 0o600, 0o755, 'EACCES', 'EACCES'],
      ['everybody, with 0666', 0o666, 0o755, 'welcome', 'welcome'],
      [
        'nobody who cannot enter the directory, whatever the mode of the socket',
        0o666,
        0o700,
        'EACCES',
        'EACCES',
      ],
      ['who can enter the directory, with 0666', 0o666, 0o750, 'welcome', 'EACCES'],
    ])('is %s', async (_, mode, directoryMode, ofTheGroup, stranger) => {
      const path = await start(mode, directoryMode);
      expect(await dialAs(STRANGER, GROUP, path)).toBe(ofTheGroup);
      expect(await dialAs(STRANGER, STRANGER, path)).toBe(stranger);
    });
  },
);
