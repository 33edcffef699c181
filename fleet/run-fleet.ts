import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { FleetMessage, FleetOrder } from './fleet.program.ts';
import type { FleetResult, Progress } from './simulate.ts';

// A fleet makes much that is soon forgotten: with a young generation of this size it is a third faster.
const execArgv = ['--import', 'tsx', '--max-semi-space-size=256'];

/** Simulates a fleet in a process of its own, so that two of them share the cores. */
export async function runFleet(
  order: FleetOrder,
  onProgress: (progress: Progress) => void,
): Promise<FleetResult> {
  const child = fork(join(import.meta.dirname, 'fleet.program.ts'), { execArgv });
  const results: FleetResult[] = [];
  child.on('message', (message: FleetMessage) => {
    if ('progress' in message) onProgress(message.progress);
    else results.push(message.result);
  });
  child.send(order);
  const [code] = (await once(child, 'exit')) as [number | null];
  const [result] = results;
  if (result === undefined) throw new Error(`the simulation ended with ${String(code)} and without a result`);
  return result;
}
