import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { BackendMessage } from './backend.ts';

const LISTENS_WITHIN = 10_000;
// What systemd calls TimeoutStopSec and Kubernetes terminationGracePeriodSeconds.
const STOPS_WITHIN = 10_000;

/** How a backend ended. */
export interface Drain {
  readonly milliseconds: number;
  readonly forced: number;
  readonly lost: number;
}

/** A backend as a service manager sees it: a command that is started, and told by SIGTERM to stop. */
export class BackendProcess {
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;

  constructor(endpoint: string, ledger: string, fault: string | undefined) {
    this.#args = [endpoint, ledger, ...(fault === undefined ? [] : [fault])];
    process.on('exit', () => this.#child?.kill('SIGKILL'));
  }

  /** Resolves once it listens. */
  async start(): Promise<void> {
    const child = fork(new URL('backend.ts', import.meta.url), this.#args, { execArgv: ['--import', 'tsx'] });
    this.#child = child;
    await messageOf(child, 'listening', LISTENS_WITHIN);
  }

  /** Resolves once it has exited by itself; undefined when it did not say how its drain went. */
  async stop(signal: NodeJS.Signals): Promise<Drain | undefined> {
    const child = this.#child;
    if (child === undefined) return undefined;
    const exit = once(child, 'exit');
    const drained = messageOf(child, 'drained', STOPS_WITHIN).catch(() => undefined);
    child.kill(signal);
    const message = await drained;
    if (message === undefined) child.kill('SIGKILL');
    await exit;
    if (message === undefined) return undefined;
    const { milliseconds, summary } = message;
    return { milliseconds, forced: summary.forced, lost: summary.lost };
  }
}

/** The next message of that kind; rejects when the backend exits before, or does not say it in time. */
function messageOf<Kind extends BackendMessage['kind']>(
  child: ChildProcess,
  kind: Kind,
  milliseconds: number,
): Promise<Extract<BackendMessage, { readonly kind: Kind }>> {
  return new Promise((resolve, reject) => {
    const tooLate = setTimeout(() => {
      end(new Error(`a backend was not ${kind} within ${milliseconds} ms`));
    }, milliseconds);
    const onMessage = (said: unknown): void => {
      const message = said as BackendMessage;
      if (message.kind === kind) end(message as Extract<BackendMessage, { readonly kind: Kind }>);
    };
    // The last message may come after 'exit', but not after 'disconnect'.
    const onDisconnect = (): void => {
      end(new Error(`a backend has ended and was not ${kind}`));
    };
    const end = (outcome: Error | Extract<BackendMessage, { readonly kind: Kind }>): void => {
      clearTimeout(tooLate);
      child.off('message', onMessage).off('disconnect', onDisconnect);
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    };
    child.on('message', onMessage).on('disconnect', onDisconnect);
  });
}
