import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The cores this process may use, on Linux; otherwise none is known. */
export const cores: readonly number[] = allowedCores();

/** Whether processes can be pinned so that both ends have a core of their own. */
export const canPin: boolean = cores.length >= 2 && hasTaskset();

/** Where the processes of a workload run. */
export interface Placement {
  readonly server: number | undefined;
  readonly client: number | undefined;
  /** For the heading of a table. */
  readonly description: string;
}

/** Server and client do not disturb each other, and the scheduler moves neither. */
export const apart: Placement = canPin
  ? {
      server: cores[0],
      client: cores[1],
      description: `server on core ${cores[0] ?? 0}, client on core ${cores[1] ?? 0}`,
    }
  : { server: undefined, client: undefined, description: 'not pinned' };

/** For one message at a time: over two cores its latency has two modes, by whether a core had gone to sleep. */
export const together: Placement = canPin
  ? { server: cores[0], client: cores[0], description: `both on core ${cores[0] ?? 0}` }
  : { server: undefined, client: undefined, description: 'not pinned' };

/** The command that runs a command on one core. */
export function pinned(
  command: readonly [string, ...string[]],
  core: number | undefined,
): [string, ...string[]] {
  return core === undefined ? [...command] : ['taskset', '-c', String(core), ...command];
}

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** `Cpus_allowed_list: 0-3,8` in /proc/self/status. */
function allowedCores(): number[] {
  let status: string;
  try {
    status = readFileSync('/proc/self/status', 'utf8');
  } catch {
    return [];
  }
  const list = /^Cpus_allowed_list:\s*(?<list>\S+)/m.exec(status)?.groups?.['list'] ?? '';
  return list.split(',').flatMap((range) => {
    const [first = NaN, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
