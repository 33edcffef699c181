import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { catchError, first, map, ReplaySubject, throwError } from 'rxjs';
import { atTestEnd } from './at-test-end.ts';
import { within } from './within.ts';

/** What became of a foreign process. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: Buffer;
}

/** How to tell that a program is there, and the right one. */
interface Program {
  readonly command: string;
  readonly versionArguments: readonly string[];
  readonly banner: RegExp;
  readonly debianPackage: string;
}

export const SOCAT: Program = {
  command: 'socat',
  versionArguments: ['-V'],
  banner: /socat version/u,
  debianPackage: 'socat',
};

/** Only the one from OpenBSD knows `-N`. */
export const NETCAT: Program = {
  command: 'nc',
  versionArguments: ['-h'],
  banner: /OpenBSD netcat/u,
  debianPackage: 'netcat-openbsd',
};

export const HAPROXY: Program = {
  command: 'haproxy',
  versionArguments: ['-v'],
  banner: /HAProxy version (?:2\.[4-9]|[3-9]\.)/u,
  debianPackage: 'haproxy',
};

export const OPENSSL: Program = {
  command: 'openssl',
  versionArguments: ['version'],
  banner: /OpenSSL/u,
  debianPackage: 'openssl',
};

export const STUNNEL: Program = {
  command: 'stunnel',
  versionArguments: ['-version'],
  banner: /stunnel 5\./u,
  debianPackage: 'stunnel4',
};

export const PYTHON: Program = {
  command: 'python3',
  versionArguments: ['--version'],
  banner: /Python 3\./u,
  debianPackage: 'python3',
};

export const REDIS_CLI: Program = {
  command: 'redis-cli',
  versionArguments: ['--version'],
  banner: /redis-cli [6-9]\./u,
  debianPackage: 'redis-tools',
};

export const REDIS_BENCHMARK: Program = {
  command: 'redis-benchmark',
  versionArguments: ['--version'],
  banner: /redis-benchmark [6-9]\./u,
  debianPackage: 'redis-tools',
};

export const REDIS_SERVER: Program = {
  command: 'redis-server',
  versionArguments: ['--version'],
  banner: /Redis server v=[6-9]\./u,
  debianPackage: 'redis-server',
};

/** Fails the whole spec file, and says how to get the program: a missing peer must never look like a passed test. */
export function requireProgram({ command, versionArguments, banner, debianPackage }: Program): void {
  beforeAll(() => {
    const { stdout, stderr } = spawnSync(command, versionArguments, { encoding: 'utf8', timeout: 10_000 });
    if (banner.test(`${stdout}${stderr}`)) return;
    throw new Error(`this spec needs ${command}: apt-get install -y ${debianPackage}`);
  });
}

/**
 * A program that was not written with rxjs-net, at the other end of a socket.
 *
 * What it prints to stdout is data; what it reports, line by line on stderr, can be waited for. It is ended with the
 * test that started it.
 */
export class ForeignProcess {
  readonly #name: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #reports = new ReplaySubject<string>();
  readonly #printed = new ReplaySubject<void>(1);
  readonly #output: Buffer[] = [];
  readonly #exited: Promise<Exit>;
  #transcript = '';

  constructor(program: Program, args: readonly string[], directory?: string) {
    this.#name = `${program.command} ${args.join(' ')}`;
    this.#child = spawn(program.command, args, { cwd: directory });
    this.#child.stdout.on('data', (chunk: Buffer) => {
      this.#output.push(chunk);
      this.#printed.next();
    });
    // A peer that has gone does not read its stdin to the end; that is for the test to judge, by the exit.
    this.#child.stdin.on('error', () => undefined);
    createInterface(this.#child.stderr).on('line', (line) => {
      this.#transcript += `\n  ${line}`;
      this.#reports.next(line);
    });
    this.#exited = this.#exit();
    atTestEnd(() => this.kill());
  }

  /** The first line that it reported, or will report, of this form. */
  async report(form: RegExp, milliseconds?: number): Promise<readonly string[]> {
    const matching = this.#reports.pipe(
      map((line) => form.exec(line)),
      first((match) => match !== null),
      catchError(() => throwError(() => this.#failure(`it exited without reporting ${String(form)}`))),
    );
    return await within(`a report like ${String(form)} of ${this.#name}`, matching, milliseconds).catch(
      (error: unknown) => {
        throw this.#failure(String(error));
      },
    );
  }

  /** Gives it a line on stdin, as somebody at a keyboard would. */
  say(line: string): this {
    this.#child.stdin.write(`${line}\n`);
    return this;
  }

  /** The first line that it printed, or will print, of this form. */
  async printed(form: RegExp, milliseconds?: number): Promise<void> {
    const lines = this.#printed.pipe(
      first(() => form.test(Buffer.concat(this.#output).toString('latin1'))),
      catchError(() => throwError(() => this.#failure(`it exited without printing ${String(form)}`))),
    );
    await within(`${String(form)} printed by ${this.#name}`, lines, milliseconds);
  }

  /** Gives it data on stdin, and the end of file. */
  input(data: string | Uint8Array = ''): this {
    this.#child.stdin.end(data);
    return this;
  }

  /** Waits until it has ended by itself. */
  exit(milliseconds?: number): Promise<Exit> {
    return within(`the end of ${this.#name}`, this.#exited, milliseconds).catch((error: unknown) => {
      throw this.#failure(String(error));
    });
  }

  /** Ends it at once, as a crash would: the kernel closes its sockets. */
  async kill(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.#exited.catch(() => undefined);
  }

  async #exit(): Promise<Exit> {
    const [code, signal] = (await once(this.#child, 'close')) as [number | null, NodeJS.Signals | null];
    this.#reports.complete();
    this.#printed.complete();
    return { code, signal, output: Buffer.concat(this.#output) };
  }

  #failure(what: string): Error {
    return new Error(
      `${what}\n${this.#name} reported:${this.#transcript === '' ? ' nothing' : this.#transcript}`,
    );
  }
}

export function startNetcat(...args: readonly string[]): ForeignProcess {
  return new ForeignProcess(NETCAT, args);
}

/** In the foreground, as one process. */
export function startHaproxy(configuration: string): ForeignProcess {
  return new ForeignProcess(HAPROXY, ['-db', '-f', configuration]);
}

/** Chatty, so that it reports where it listens and what it saw. */
export function startSocat(...args: readonly string[]): ForeignProcess {
  return new ForeignProcess(SOCAT, ['-d', '-d', ...args]);
}

/** Runs a program of `interop/python`. */
export function startPython(program: string, ...args: readonly string[]): ForeignProcess {
  return new ForeignProcess(PYTHON, ['-B', join(__dirname, 'python', program), ...args]);
}

/** `s_client` or `s_server`; in a directory, if it shall serve files. */
export function startOpenssl(args: readonly string[], directory?: string): ForeignProcess {
  return new ForeignProcess(OPENSSL, args, directory);
}

export function startStunnel(configuration: string): ForeignProcess {
  return new ForeignProcess(STUNNEL, [configuration]);
}

export function startRedisCli(...args: readonly string[]): ForeignProcess {
  return new ForeignProcess(REDIS_CLI, args);
}

export function startRedisBenchmark(...args: readonly string[]): ForeignProcess {
  return new ForeignProcess(REDIS_BENCHMARK, args);
}

/** On a Unix socket alone, in a directory of its own, and with nothing on the disk. */
export function startRedisServer(socket: string, directory: string): ForeignProcess {
  const nowhere = ['--port', '0', '--save', '', '--appendonly', 'no'];
  return new ForeignProcess(REDIS_SERVER, ['--unixsocket', socket, ...nowhere], directory);
}
