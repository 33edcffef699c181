import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atExit } from './at-exit.ts';
import { command } from './command.ts';

/** A wall clock that can be set, for the processes that are started with its environment. */
export interface WallClock {
  readonly environment: NodeJS.ProcessEnv;
  /** Moves it by so many seconds from the true time. */
  set(offset: number): void;
  remove(): void;
}

/** Only the wall clock: CLOCK_MONOTONIC stays what it is, as when somebody sets the time of a machine (faketime(1)). */
export function makeWallClock(): WallClock {
  const folder = mkdtempSync(join(tmpdir(), 'rxjs-net-clock-'));
  const file = join(folder, 'offset');
  const set = (offset: number): void => {
    // By rename, because it may be read at any moment.
    writeFileSync(`${file}.new`, `${offset < 0 ? '-' : '+'}${Math.abs(offset)}\n`);
    renameSync(`${file}.new`, file);
  };
  set(0);
  return {
    set,
    environment: {
      // faketime(1) knows where its library is.
      LD_PRELOAD: command('faketime', ['-f', '+0', 'printenv', 'LD_PRELOAD']).trim(),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
    },
    remove: atExit(() => {
      rmSync(folder, { recursive: true, force: true });
    }),
  };
}
