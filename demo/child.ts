import { fork } from 'node:child_process';
import { AsyncSubject, filter, map, merge, ReplaySubject, take, type Observable } from 'rxjs';

/** A process of the demo, which talks to us over Node's IPC channel. */
export interface Child<Message extends { readonly kind: string }> {
  readonly pid: number | undefined;
  /** All that it has told us, from the start. */
  readonly messages: Observable<Message>;
  /** How it ended, once all it had to tell has come. Replays. */
  readonly ended: Observable<Ending>;
  /** Asks it to stop, by SIGTERM; false when it has ended already. */
  stop(): boolean;
}

export interface Ending {
  readonly clean: boolean;
  /** As a person would say it. */
  readonly how: string;
}

const root = new URL('..', import.meta.url);

/** Runs a file of this folder as a process of its own, which does not outlive us, however we end. */
export function start<Message extends { readonly kind: string }>(
  file: string,
  ...args: readonly string[]
): Child<Message> {
  const messages = new ReplaySubject<Message>(Infinity);
  const ended = new AsyncSubject<Ending>();
  const child = fork(new URL(file, import.meta.url), args, { cwd: root, execArgv: ['--import', 'tsx'] });
  const settle = (ending: Ending): void => {
    ended.next(ending);
    ended.complete();
  };
  child
    .on('message', (message) => {
      messages.next(message as unknown as Message);
    })
    .on('error', ({ message }) => {
      settle({ clean: false, how: `${file} failed: ${message}` });
    })
    .on('exit', (code, signal) => {
      const how = signal === null ? `ended with code ${code ?? 0}` : `was killed by ${signal}`;
      const ending = { clean: code === 0, how: `${file} ${how}` };
      // Its last words may come after its exit, but not after the disconnect.
      if (child.connected)
        child.once('disconnect', () => {
          settle(ending);
        });
      else settle(ending);
    });
  process.on('exit', () => child.kill('SIGKILL'));
  return {
    pid: child.pid,
    messages,
    ended,
    stop: () => child.kill('SIGTERM'),
  };
}

/** The first message of a kind; rejects when the process ends without it. */
export function told<Message extends { readonly kind: string }, Kind extends Message['kind']>(
  child: Child<Message>,
  kind: Kind,
): Promise<Extract<Message, { readonly kind: Kind }>> {
  const message = child.messages.pipe(
    filter((said): said is Extract<Message, { readonly kind: Kind }> => said.kind === kind),
  );
  const tooLate = child.ended.pipe(
    map(({ how }): never => {
      throw new Error(`${how} before it said '${kind}'`);
    }),
  );
  return new Promise((resolve, reject) => {
    merge(message, tooLate).pipe(take(1)).subscribe({ next: resolve, error: reject });
  });
}
