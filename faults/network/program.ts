import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  filter,
  firstValueFrom,
  map,
  merge,
  ReplaySubject,
  skip,
  take,
  throwError,
  timeout,
  type Observable,
} from 'rxjs';
import { atExit } from './at-exit.ts';
import type { Namespace } from './namespace.ts';
import type { Command } from '../programs/parent.ts';

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program of programs/, in a process and a namespace of its own. It does not outlive this one. */
export interface Program<Message extends { readonly kind: string }> {
  readonly pid: number;
  tell(command: Command): void;
  /** The first message of a kind, or a later one, when some are skipped; rejects when the program ends without it, or the time is over. */
  told<Kind extends Message['kind']>(
    kind: Kind,
    milliseconds?: number,
    skipped?: number,
  ): Promise<Extract<Message, { readonly kind: Kind }>>;
  /** How it ended by itself; rejects when the time is over. */
  ended(milliseconds?: number): Promise<Ending>;
  kill(signal: NodeJS.Signals): void;
}

const START_LIMIT = 20_000;

export interface Surroundings {
  /** Absent for the namespace that we are in. */
  readonly namespace?: Namespace;
  readonly environment?: NodeJS.ProcessEnv;
  readonly nodeFlags?: readonly string[];
}

export function startProgram<Message extends { readonly kind: string }>(
  file: string,
  settings: object,
  { namespace, environment = {}, nodeFlags = [] }: Surroundings = {},
): Program<Message> {
  const node = [
    process.execPath,
    ...nodeFlags,
    '--import',
    'tsx',
    fileURLToPath(new URL(`../${file}`, import.meta.url)),
  ];
  // ip(8) becomes the program that it is given, so its process id, and the IPC channel, are the program's.
  const [program = '', ...args] =
    namespace === undefined ? node : ['ip', 'netns', 'exec', namespace.name, ...node];
  const child = spawn(program, [...args, JSON.stringify(settings)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...environment },
    // A Ctrl-C of the terminal is for us alone; we end the others.
    detached: true,
  });
  const messages = new ReplaySubject<Message>();
  const ending = new ReplaySubject<Ending>(1);
  const release = atExit(() => {
    child.kill('SIGKILL');
  });
  child
    .on('message', (message) => {
      messages.next(message as Message);
    })
    .on('error', (error) => {
      ending.error(error);
    })
    .on('close', (code, signal) => {
      ending.next({ code, signal });
      ending.complete();
      release();
    });
  const tooEarly = ending.pipe(
    map(({ code, signal }): never => {
      throw new Error(`${file} ended by ${signal ?? `code ${code ?? '?'}`} before it was done`);
    }),
  );
  return {
    pid: child.pid ?? 0,
    tell: (command) => {
      if (child.connected) child.send(command);
    },
    told: (kind, milliseconds = START_LIMIT, skipped = 0) => {
      const wanted = messages.pipe(
        filter(
          (message): message is Extract<Message, { readonly kind: typeof kind }> => message.kind === kind,
        ),
      );
      return within(`'${kind}' of ${file}`, merge(wanted.pipe(skip(skipped)), tooEarly), milliseconds);
    },
    ended: (milliseconds = START_LIMIT) => within(`the end of ${file}`, ending, milliseconds),
    kill: (signal) => child.kill(signal),
  };
}

function within<T>(what: string, source: Observable<T>, milliseconds: number): Promise<T> {
  const late = throwError(() => new Error(`waited ${milliseconds / 1000} s in vain for ${what}`));
  return firstValueFrom(source.pipe(take(1), timeout({ first: milliseconds, with: () => late })));
}
