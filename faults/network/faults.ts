import type { Namespace } from './namespace.ts';
import type { Network } from './network.ts';

const TABLE = 'inet faults';

/** Loses a share of the packets in both directions. Which ones is the kernel's choice: nft's numgen takes no seed. */
export function losePackets(network: Network, percent: number): void {
  for (const namespace of [network.client, network.server]) {
    addRule(namespace, `numgen random mod 100 < ${percent} counter drop`);
  }
}

/** Loses every SYN: the port is neither open nor refused. */
export function dropSyns({ server, port }: Network): void {
  addRule(server, `tcp dport ${port} tcp flags & (syn | ack) == syn counter drop`);
}

/** Counts what comes in to the server and is more than the headers of IP and TCP, with their time stamps: it carries data. */
export function countSegments({ server, port }: Network): void {
  addRule(server, `tcp dport ${port} meta length > 52 counter`);
}

/** Ends what the packet filters do; their counters go as well. */
export function liftFilters({ client, server }: Network): void {
  for (const namespace of [client, server]) namespace.run('nft', ['flush', 'ruleset']);
}

/** How many packets the filters of a namespace have matched. */
export function matchedPackets(namespace: Namespace): number {
  const counters = namespace.run('nft', ['list', 'ruleset']).matchAll(/counter packets (\d+)/gu);
  return [...counters].reduce((sum, [, packets]) => sum + Number(packets), 0);
}

function addRule(namespace: Namespace, rule: string): void {
  const hook = 'type filter hook input priority 0; policy accept;';
  const ruleset = `table ${TABLE} {\n chain input {\n ${hook}\n ${rule}\n }\n}\n`;
  namespace.run('nft', ['-f', '-'], ruleset);
}

/** Lets no more than this through, in each direction (tc-tbf(8)). */
export function limitRate({ client, server, device }: Network, rate: string): void {
  const limit = ['rate', rate, 'burst', '16kb', 'latency', '200ms'];
  for (const { run } of [client, server]) run('tc', ['qdisc', 'add', 'dev', device, 'root', 'tbf', ...limit]);
}

/** Takes the server's end of the line down, or up. No packet tells the client of it. */
export function setLink({ server, device }: Network, state: 'down' | 'up'): void {
  server.run('ip', ['link', 'set', device, state]);
}

/** Destroys the open sockets of the server's port, on one side; the other side gets a RST (ss(8), -K). */
export function resetConnections({ client, server, port }: Network, side: 'client' | 'server'): number {
  const which = side === 'client' ? ['dport', '=', `:${port}`] : ['sport', '=', `:${port}`];
  const { run } = side === 'client' ? client : server;
  const killed = run('ss', ['-K', '-H', '-n', '-t', 'state', 'established', ...which]);
  return killed.split('\n').filter((line) => line.trim() !== '').length;
}
