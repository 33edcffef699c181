import {
  countSegments,
  dropSyns,
  liftFilters,
  limitRate,
  losePackets,
  matchedPackets,
  resetConnections,
  setLink,
} from '../network/faults.ts';
import type { Evidence, Scenario } from './scenario.ts';

/** What the network does to a connection. */
export const networkScenarios: readonly Scenario[] = [
  { name: 'no fault, to compare with' },
  lossy(1, { requests: 600 }),
  lossy(5, { requests: 400 }),
  // Retransmissions double their waits, so that some connections look idle.
  lossy(20, { requests: 60 }),
  {
    name: 'delay of 5 to 45 ms, reordered',
    delay: [5, 45],
    client: { requests: 300, window: 16 },
    *proof({ reordered }) {
      if (reordered < 100) yield `only ${reordered} packets were reordered`;
    },
  },
  {
    name: 'line of 1 Mbit/s',
    client: { clients: 2, requests: 40, pace: 100, bulk: 50, bulkPayload: 8192, idleTimeout: 10_000 },
    server: { idleTimeout: 10_000 },
    before: ({ network }) => {
      limitRate(network, '1mbit');
    },
    *proof({ elapsed, client }) {
      const bits = client.connections.reduce((sum, { bulkSent }) => sum + bulkSent * 8192 * 8, 0);
      const least = bits / 1000;
      if (elapsed < 0.9 * least) yield `${bits} bits in ${Math.round(elapsed)} ms are more than 1 Mbit/s`;
    },
  },
  {
    name: 'peer vanishes for 5 s, in mid-stream',
    client: { requests: 500, pace: 10 },
    expected: ['ERR_IDLE_TIMEOUT', 'ERR_CONNECT_TIMEOUT', 'ERR_HOST_UNREACHABLE', 'ERR_CONNECTION_RESET'],
    during: async ({ network, pause, over }) => {
      await pause(1_500);
      setLink(network, 'down');
      await pause(5_000);
      setLink(network, 'up');
      over();
    },
    *proof(evidence) {
      yield* missing(evidence, 'client', 'ERR_IDLE_TIMEOUT');
      yield* missing(evidence, 'server', 'ERR_IDLE_TIMEOUT');
    },
  },
  {
    name: 'peer vanishes while nothing is said (keep-alive)',
    // Noticed by the probes alone: the second request is asked for on the next connection.
    client: { requests: 2, window: 1, pace: 60_000, notes: 0, idleTimeout: null },
    server: { idleTimeout: null },
    expected: ['ERR_CONNECTION_LOST', 'ERR_CONNECT_TIMEOUT', 'ERR_HOST_UNREACHABLE'],
    during: async ({ network, pause, over }) => {
      await pause(1_000);
      setLink(network, 'down');
      await pause(14_000);
      setLink(network, 'up');
      over();
    },
    *proof(evidence) {
      yield* missing(evidence, 'client', 'ERR_CONNECTION_LOST');
      yield* missing(evidence, 'server', 'ERR_CONNECTION_LOST');
    },
  },
  {
    name: 'port drops every SYN, for 5 s',
    expected: ['ERR_CONNECT_TIMEOUT'],
    expectedOfServer: [],
    before: ({ network }) => {
      dropSyns(network);
    },
    during: async ({ network, pause, over }) => {
      await pause(5_000);
      liftFilters(network);
      over();
    },
    *proof(evidence) {
      yield* missing(evidence, 'client', 'ERR_CONNECT_TIMEOUT');
    },
  },
  {
    name: 'sockets are reset in mid-stream, 10 times',
    client: { requests: 500, pace: 10 },
    expected: ['ERR_CONNECTION_RESET', 'ERR_CONNECTION_LOST'],
    during: async ({ network, pause, over }) => {
      for (let time = 0; time < 10; time += 1) {
        await pause(400);
        resetConnections(network, time % 2 === 0 ? 'client' : 'server');
      }
      over();
    },
    *proof(evidence) {
      yield* missing(evidence, 'client', 'ERR_CONNECTION_RESET');
      yield* missing(evidence, 'server', 'ERR_CONNECTION_RESET');
    },
  },
  {
    name: 'every write is one byte',
    client: { clients: 4, requests: 15, window: 2, notes: 1, payload: 16, pace: 0, oneByteWrites: true },
    before: ({ network }) => {
      countSegments(network);
    },
    *proof({ network, client }) {
      // A frame is at least its prefix, its header and one byte.
      const bytes = client.connections.reduce((sum, { sent }) => sum + sent * 21, 0);
      const segments = matchedPackets(network.server);
      if (segments < bytes) yield `${bytes} bytes or more came in only ${segments} segments`;
    },
  },
];

function lossy(percent: number, client: Scenario['client'] & object): Scenario {
  return {
    name: `${percent} % of the packets are lost, each way`,
    client: { ...client, idleTimeout: 3_000, closeTimeout: 5_000 },
    server: { idleTimeout: 5_000, closeTimeout: 5_000 },
    expected: ['ERR_IDLE_TIMEOUT', 'ERR_CONNECT_TIMEOUT', 'ERR_CONNECTION_RESET', 'ERR_CLOSE_TIMEOUT'],
    before: ({ network }) => {
      losePackets(network, percent);
    },
    *proof({ network }) {
      for (const namespace of [network.client, network.server]) {
        if (matchedPackets(namespace) === 0) yield 'no packet was lost';
      }
    },
  };
}

/** A complaint, when nobody on that side has seen an error of this code. */
export function* missing(
  { client, server }: Evidence,
  side: 'client' | 'server',
  code: string,
): Generator<string> {
  const seen = side === 'client' ? Object.keys(client.errors) : server.served.map(({ error }) => error);
  if (!seen.includes(code)) yield `no connection of the ${side} was lost with ${code}`;
}
