import { readdirSync } from 'node:fs';
import { command } from '../network/command.ts';
import { limitRate, setLink } from '../network/faults.ts';
import { missing } from './network-scenarios.ts';
import type { Scenario } from './scenario.ts';

const HOUR = 3_600;

// A transfer of some seconds, so that it is cut off in its middle.
const TRANSFER = { clients: 4, requests: 60, pace: 80, bulk: 100, bulkPayload: 65_536 };

/** What happens to the processes themselves. */
export const processScenarios: readonly Scenario[] = [
  {
    name: 'server stands still for 5 s, and its backlog is full',
    client: { clients: 40, requests: 20 },
    server: { backlog: 4 },
    expected: ['ERR_CONNECT_TIMEOUT', 'ERR_IDLE_TIMEOUT', 'ERR_CONNECTION_RESET'],
    before: ({ server }) => {
      server.kill('SIGSTOP');
    },
    during: async ({ server, pause, over }) => {
      await pause(5_000);
      server.kill('SIGCONT');
      over();
    },
    *proof(evidence) {
      yield* missing(evidence, 'client', 'ERR_CONNECT_TIMEOUT');
    },
  },
  {
    name: 'server has no descriptors left (EMFILE)',
    client: { clients: 40, requests: 30 },
    // Whom the system could not accept, it lets go with a FIN or a RST.
    expected: ['ERR_PEER_ENDED', 'ERR_CONNECTION_RESET', 'ERR_IDLE_TIMEOUT', 'ended early, without an error'],
    expectedOfServer: [],
    sheds: true,
    before: ({ server }) => {
      const open = readdirSync(`/proc/${server.pid}/fd`).length;
      command('prlimit', ['--pid', String(server.pid), `--nofile=${open + 12}`]);
    },
    // libuv accepts and closes whom it has no descriptor for, and tells nobody (uv__emfile_trick).
    *proof({ client, server }) {
      if (server.served.length >= client.connections.length)
        yield 'the server had a descriptor for every connection';
    },
  },
  {
    name: 'server is killed in mid-transfer, and started again after 1 s',
    client: TRANSFER,
    expected: [
      'ERR_CONNECTION_RESET',
      'ERR_CONNECTION_REFUSED',
      'ERR_PEER_ENDED',
      'ERR_FRAME_TRUNCATED',
      'ERR_IDLE_TIMEOUT',
    ],
    expectedOfServer: [],
    before: ({ network }) => {
      limitRate(network, '40mbit');
    },
    during: async ({ pause, replaceServer, over }) => {
      await pause(1_500);
      await replaceServer(1_000);
      over();
    },
    *proof(evidence) {
      yield* missing(evidence, 'client', 'ERR_CONNECTION_REFUSED');
    },
  },
  {
    name: 'another client is killed in mid-transfer',
    client: TRANSFER,
    expected: [],
    expectedOfServer: ['ERR_FRAME_TRUNCATED', 'ERR_CONNECTION_RESET', 'ERR_PEER_ENDED'],
    before: ({ network }) => {
      limitRate(network, '40mbit');
    },
    during: async ({ killAnotherClient }) => {
      await killAnotherClient(1_500);
    },
    *proof({ server }) {
      const lost = server.served.filter(({ error }) => error !== undefined).length;
      if (lost !== TRANSFER.clients)
        yield `${lost} of ${TRANSFER.clients} connections of the killed client were lost`;
    },
  },
  {
    name: 'wall clock jumps ahead, 60 hours in 6 s',
    // No connection may fall idle by it, and no frame late.
    client: { requests: 120, pace: 50, window: 1 },
    wallClock: true,
    during: async ({ clock, pause }) => {
      for (let hours = 1; hours <= 60; hours += 1) {
        await pause(100);
        clock.set(hours * HOUR);
      }
    },
  },
  {
    name: 'wall clock jumps 2 hours back while the peer vanishes',
    // Time-outs are due all the same: without them, the connections would go on when the line is there again.
    client: { requests: 200, pace: 20 },
    wallClock: true,
    expected: ['ERR_IDLE_TIMEOUT', 'ERR_CONNECT_TIMEOUT', 'ERR_HOST_UNREACHABLE', 'ERR_CONNECTION_RESET'],
    during: async ({ clock, network, pause, over }) => {
      await pause(1_500);
      setLink(network, 'down');
      await pause(500);
      clock.set(-2 * HOUR);
      await pause(4_500);
      setLink(network, 'up');
      over();
    },
    *proof(evidence) {
      yield* missing(evidence, 'client', 'ERR_IDLE_TIMEOUT');
      yield* missing(evidence, 'server', 'ERR_IDLE_TIMEOUT');
    },
  },
  {
    name: 'wall clock jumps 2 hours back in the middle of a frame',
    client: { requests: 150, pace: 20, stallAfter: 40, idleTimeout: 20_000 },
    server: { idleTimeout: 20_000, frameTimeout: 1_500 },
    wallClock: true,
    expected: ['ERR_CONNECTION_RESET', 'ERR_PEER_ENDED'],
    expectedOfServer: ['ERR_FRAME_TIMEOUT'],
    during: async ({ clock, pause }) => {
      // Every 100 ms, so that one of them comes after the frame was begun.
      for (let step = 1; step <= 30; step += 1) {
        await pause(100);
        clock.set(-step * 2 * HOUR);
      }
    },
    *proof(evidence) {
      yield* missing(evidence, 'server', 'ERR_FRAME_TIMEOUT');
      if (evidence.elapsed > 12_000) yield `it took ${Math.round(evidence.elapsed)} ms`;
    },
  },
];
