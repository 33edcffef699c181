import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Assignment, Methods, Reply } from './calls.ts';
import { pinned } from './cores.ts';

export interface StartOptions extends Assignment {
  /** The core it runs on, where processes can be pinned; any when absent. */
  readonly core?: number | undefined;
  readonly nodeFlags?: readonly string[];
  /** 'as it is' where memory is measured; else it is kept steady. */
  readonly heap?: 'steady' | 'as it is';
}

/** The parent's end of a child process. */
export interface Child<M extends Methods> {
  readonly pid: number;
  /** @param limit - milliseconds after which the call has failed */
  call<Name extends keyof M & string>(
    method: Name,
    argument: Parameters<M[Name]>[0],
    limit?: number,
  ): Promise<Awaited<ReturnType<M[Name]>>>;
  kill(): void;
}

// glibc gives the top of the heap back to the system when 128 KiB of it are free, and faults it in again for the next
// chunk that is read. Whether that happens depends on what lies on top by chance, and it can make one process several
// times slower than the next one of the same program.
const STEADY_HEAP = {
  MALLOC_TRIM_THRESHOLD_: String(1 << 30),
  MALLOC_MMAP_THRESHOLD_: String(1 << 30),
  MALLOC_TOP_PAD_: String(32 << 20),
};

const START_LIMIT = 20_000;
const CALL_LIMIT = 30_000;
const FILE = fileURLToPath(new URL('child.js', import.meta.url));

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: Error) => void;
}

/** Starts a child process, and waits until it is ready to be called. It never outlives this process. */
export async function startChild<M extends Methods>(options: StartOptions): Promise<Child<M>> {
  const { role, contender, core, nodeFlags = [], heap = 'steady' } = options;
  const name = `${role} of ${contender}`;
  const argument = JSON.stringify({ role, contender } satisfies Assignment);
  const [command, ...args] = pinned([process.execPath, ...nodeFlags, FILE, argument], core);
  const child = spawn(command, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: heap === 'steady' ? { ...process.env, ...STEADY_HEAP } : process.env,
  });
  running.add(child);

  const waiting = new Map<number, Waiting>();
  let ended: Error | undefined;
  const end = (how: string): void => {
    ended ??= new Error(`${name} ${how}`);
    running.delete(child);
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  child.on('error', ({ message }) => {
    end(`could not be started: ${message}`);
  });
  child.on('exit', (code, signal) => {
    end(signal === null ? `ended with code ${code ?? 0}` : `was killed by ${signal}`);
  });
  child.on('message', (reply) => {
    const { id, ...outcome } = reply as Reply;
    const asker = waiting.get(id);
    waiting.delete(id);
    if ('error' in outcome) asker?.reject(new Error(`${name}: ${outcome.error}`));
    else asker?.resolve(outcome.value);
  });

  const replyTo = (id: number, what: string, limit: number): Promise<unknown> => {
    let timer: NodeJS.Timeout | undefined;
    const reply = new Promise<unknown>((resolve, reject) => {
      if (ended !== undefined) {
        reject(ended);
        return;
      }
      waiting.set(id, { resolve, reject });
      timer = setTimeout(() => {
        waiting.delete(id);
        reject(new Error(`${name} did not finish '${what}' within ${limit / 1000} s`));
      }, limit);
    });
    return reply.finally(() => {
      clearTimeout(timer);
    });
  };

  await replyTo(0, 'start', START_LIMIT);
  let calls = 0;
  return {
    pid: child.pid ?? 0,
    call: (method, value, limit = CALL_LIMIT) => {
      const id = (calls += 1);
      const reply = replyTo(id, method, limit);
      if (ended === undefined) child.send({ id, method, argument: value });
      return reply as Promise<Awaited<ReturnType<M[typeof method]>>>;
    },
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}

/** Starts both ends of a workload at once. */
export function startPair<Server extends Methods, Client extends Methods>(
  server: StartOptions,
  client: StartOptions,
): Promise<[Child<Server>, Child<Client>]> {
  return Promise.all([startChild<Server>(server), startChild<Client>(client)]);
}
