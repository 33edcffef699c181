import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { atExit } from './at-exit.ts';
import type { Namespace } from './namespace.ts';

const PROGRAM = fileURLToPath(new URL('relay.py', import.meta.url));
const DEVICE = 'tun0';

export interface RelayOptions {
  readonly seed: number;
  /** Milliseconds that a packet takes one way. */
  readonly least: number;
  readonly most: number;
}

/** A process that carries the packets from one namespace to the other. */
export interface Relay {
  readonly device: string;
  /** Ends it and tells how many packets it has carried, and how many of them were overtaken. */
  finish(): Promise<{ readonly carried: number; readonly reordered: number }>;
  stop(): void;
}

export async function startRelay(
  client: Namespace,
  server: Namespace,
  { seed, least, most }: RelayOptions,
): Promise<Relay> {
  const args = ['-B', PROGRAM, client.name, server.name, DEVICE, ...[seed, least, most].map(String)];
  const child = spawn('python3', args, { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  const stop = atExit(() => {
    child.kill('SIGKILL');
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ready = await lines.next();
  if (ready.value !== 'ready')
    throw new Error('relay.py could not make its TUN interfaces; is /dev/net/tun there?');
  return {
    device: DEVICE,
    stop,
    finish: async () => {
      child.stdin.end();
      const { value } = await lines.next();
      if (child.exitCode === null) await once(child, 'exit');
      stop();
      const [, carried = NaN, , reordered = NaN] = String(value).split(' ').map(Number);
      return { carried, reordered };
    },
  };
}
