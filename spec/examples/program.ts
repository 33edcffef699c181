import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { filter, firstValueFrom, map, ReplaySubject, skip } from 'rxjs';
import { afterThisSpec } from '../cleanup.ts';

/** A file of examples/ or demo/ that runs as a process of its own, the way its reader would run it. */
export interface Program {
  /** All lines until now. */
  readonly lines: readonly string[];
  /** The first line that matches, or the so-manieth, be it said already or only later. */
  line(pattern: RegExp, ordinal?: number): Promise<RegExpExecArray>;
  /** The port of the line `listening on HOST:PORT`. */
  port(): Promise<number>;
  kill(signal: NodeJS.Signals): void;
  /** How it ended. Its output is closed by then, so no process that it started is left either. */
  readonly ended: Promise<Ending>;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const root = join(__dirname, '../..');

export function run(file: string, ...args: readonly string[]): Program {
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], { cwd: root });
  return follow(child, `${file} ${args.join(' ')}`);
}

/** Reads what a process says, and ends it with the spec. */
export function follow(child: ChildProcess, name: string): Program {
  const lines: string[] = [];
  const said = new ReplaySubject<string>();
  said.subscribe((line) => lines.push(line));
  for (const input of [child.stdout, child.stderr]) {
    if (input !== null)
      createInterface({ input }).on('line', (line) => {
        said.next(line);
      });
  }
  const ending = new Promise<Ending>((resolve, reject) => {
    child.once('error', reject).once('close', (code, signal) => {
      said.complete();
      resolve({ code, signal });
    });
  });
  const output = (): string => `${name} said:\n${lines.join('\n')}`;
  const line = (pattern: RegExp, ordinal = 1): Promise<RegExpExecArray> => {
    const matching = said.pipe(
      map((text) => pattern.exec(text)),
      filter((match) => match !== null),
      skip(ordinal - 1),
    );
    return within(firstValueFrom(matching), () => `no ${pattern}; ${output()}`);
  };
  const ended = (): Promise<Ending> => within(ending, () => `it does not end; ${output()}`);
  afterThisSpec(() => {
    child.kill('SIGKILL');
    return ended();
  });
  return {
    lines,
    line,
    port: async () => Number((await line(/^listening on 127\.0\.0\.1:(\d+)$/))[1]),
    kill: (signal) => {
      child.kill(signal);
    },
    get ended() {
      return ended();
    },
  };
}

/** A promise that does not keep a spec waiting for ever, and says what was waited for when it fails. */
export function within<T>(promise: Promise<T>, what: () => string, milliseconds = 10_000): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      reject(new Error(`${why}: ${what()}`));
    };
    const timer = setTimeout(fail, milliseconds, `after ${milliseconds} ms`);
    promise
      .then(resolve, (error: unknown) => {
        fail(String(error));
      })
      .finally(() => {
        clearTimeout(timer);
      });
  });
}
