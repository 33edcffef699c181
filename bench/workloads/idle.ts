import { apart } from '../process/cores.ts';
import { startChild } from '../process/start-child.ts';
import { mostOpenFiles } from '../machine.ts';
import type { EchoClient } from '../roles/echo-client.ts';
import type { EchoServer } from '../roles/echo-server.ts';
import { entrantsOf, fresh, type Pace, type Sample, type Workload } from './workload.ts';

const CONNECTIONS = 10_000;
const SMOKE_CONNECTIONS = 200;
const CLIENTS = 2;
const LIMIT = 60_000;
// For what a process has open besides.
const SPARE_FILES = 200;

/** What a connection costs the accepting process while nothing happens on it. */
export const idle: Workload = {
  name: 'idle',
  measures: [
    { name: 'idle-open', title: 'memory per connection that was only opened', unit: 'bytes', better: 'less' },
    {
      name: 'idle-used',
      title: 'memory per connection after one message and its echo',
      unit: 'bytes',
      better: 'less',
    },
  ],
  placement: `${apart.description}; ${connectionsWith(CONNECTIONS)} connections from ${CLIENTS} client processes`,
  entrants: entrantsOf('rxjs-net', 'net', 'rsocket-js', 'nest', 'libp2p', 'rxjs-stream'),
  baseline: 'net',
  mostRounds: 3,
  ...fresh(run),
};

/** As many connections as were wanted, or as the limit of open files allows. */
export function connectionsWith(wanted: number): number {
  return Math.min(wanted, mostOpenFiles() - SPARE_FILES);
}

async function run(contender: string, { smoke }: Pace): Promise<Sample> {
  const connections = smoke ? SMOKE_CONNECTIONS : connectionsWith(CONNECTIONS);
  const [server, ...clients] = await Promise.all([
    startChild<EchoServer>({
      role: 'echo-server',
      contender,
      core: apart.server,
      nodeFlags: ['--expose-gc'],
      heap: 'as it is',
    }),
    ...Array.from({ length: CLIENTS }, () =>
      startChild<EchoClient>({ role: 'echo-client', contender, core: apart.client }),
    ),
  ]);
  try {
    const port = await server.call('listen', undefined);
    const [first] = clients;
    // One connection first, so that code which is loaded or compiled for it is no cost of the others.
    await first?.call('dial', { port, connections: 1 });
    await first?.call('greet', 64);
    const before = await server.call('residentBytes', undefined);
    const share = Math.floor(connections / CLIENTS);
    await Promise.all(clients.map((client) => client.call('dial', { port, connections: share }, LIMIT)));
    const open = await server.call('residentBytes', undefined);
    await Promise.all(clients.map((client) => client.call('greet', 64, LIMIT)));
    const used = await server.call('residentBytes', undefined);
    const per = (bytes: number): number => (bytes - before) / (share * CLIENTS);
    return { values: { 'idle-open': per(open), 'idle-used': per(used) } };
  } finally {
    for (const child of [...clients, server]) child.kill();
  }
}
