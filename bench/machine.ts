import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

/** Where the figures are from. */
export interface Machine {
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
}

export const machine: Machine = {
  node: process.versions.node,
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
};

/** How many files, and so sockets, a process of ours may open. Node itself raises the soft limit to the hard one. */
export function mostOpenFiles(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const soft = /^Max open files\s+(?<soft>\S+)/m.exec(limits)?.groups?.['soft'];
    return soft === 'unlimited' ? Infinity : Number(soft);
  } catch {
    // Not on Linux. The lowest usual limit is that of macOS.
    return 256;
  }
}
