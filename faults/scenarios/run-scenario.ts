import { setTimeout as pause } from 'node:timers/promises';
import { makeNetwork, type Network } from '../network/network.ts';
import { startProgram, type Program, type Surroundings } from '../network/program.ts';
import { makeWallClock, type WallClock } from '../network/wall-clock.ts';
import type { ClientMessage, ClientSettings } from '../programs/client-report.ts';
import type { ServerMessage, ServerSettings } from '../programs/server-report.ts';
import { complaints } from './judgement.ts';
import { rowOf, type Row } from '../report/row.ts';
import type { Evidence, Scenario, Stage } from './scenario.ts';

const LIMIT = 90_000;
// Of the clients that are killed; their connections have numbers of their own.
const OTHERS = 1_000;

function clientSettings(endpoint: string, seed: number, { client }: Scenario): ClientSettings {
  return {
    endpoint,
    seed,
    firstNumber: 0,
    clients: 8,
    requests: 100,
    window: 8,
    pace: 5,
    notes: 2,
    payload: 512,
    bulk: 0,
    bulkPayload: 0,
    oneByteWrites: false,
    stallAfter: 0,
    connectTimeout: 1_500,
    idleTimeout: 2_000,
    closeTimeout: 1_000,
    keepAliveInitialDelay: 1_000,
    longestBackoff: 500,
    ...client,
  };
}

function serverSettings(endpoint: string, { server }: Scenario): ServerSettings {
  return {
    endpoint,
    backlog: 511,
    notes: 1,
    payload: 256,
    idleTimeout: 3_000,
    frameTimeout: 60_000,
    closeTimeout: 1_000,
    keepAliveInitialDelay: 1_000,
    ...server,
  };
}

/** The programs of one scenario, each in its namespace. */
class Cast implements Stage {
  readonly network: Network;
  readonly clock: WallClock;
  readonly pause = (milliseconds: number): Promise<void> => pause(milliseconds);
  readonly #scenario: Scenario;
  readonly #seed: number;
  #client: Program<ClientMessage> | undefined;
  #server: Program<ServerMessage> | undefined;

  constructor(scenario: Scenario, seed: number, network: Network, clock: WallClock) {
    this.#scenario = scenario;
    this.#seed = seed;
    this.network = network;
    this.clock = clock;
  }

  get client(): Program<ClientMessage> {
    if (this.#client === undefined) throw new Error('the client is not started yet');
    return this.#client;
  }

  get server(): Program<ServerMessage> {
    if (this.#server === undefined) throw new Error('the server is not started yet');
    return this.#server;
  }

  readonly startServer = async (): Promise<void> => {
    const settings = serverSettings(this.network.endpoint, this.#scenario);
    this.#server = startProgram('programs/server.program.ts', settings, this.#surroundings('server'));
    await this.#server.told('ready');
  };

  readonly startClient = async (): Promise<void> => {
    this.#client = this.#startClient({});
    await this.#client.told('ready');
  };

  readonly over = (): void => {
    this.client.tell({ kind: 'mark' });
  };

  readonly replaceServer = async (downtime: number): Promise<void> => {
    this.server.kill('SIGKILL');
    await this.server.ended();
    await pause(downtime);
    await this.startServer();
  };

  readonly killAnotherClient = async (after: number): Promise<void> => {
    const other = this.#startClient({ firstNumber: OTHERS });
    await other.told('ready');
    await pause(after);
    other.kill('SIGKILL');
    await other.ended();
  };

  /** Whatever is left of them, after a failure. */
  readonly end = (): void => {
    this.#client?.kill('SIGKILL');
    this.#server?.kill('SIGKILL');
  };

  #startClient(more: Partial<ClientSettings>): Program<ClientMessage> {
    const settings = { ...clientSettings(this.network.endpoint, this.#seed, this.#scenario), ...more };
    return startProgram('programs/client.program.ts', settings, this.#surroundings('client'));
  }

  #surroundings(role: 'client' | 'server'): Surroundings {
    const namespace = this.network[role];
    return this.#scenario.wallClock === true
      ? { namespace, environment: this.clock.environment }
      : { namespace };
  }
}

/** Plays a scenario in namespaces of its own, and judges it. */
export async function runScenario(scenario: Scenario, seed: number): Promise<Row> {
  const [least, most] = scenario.delay ?? [];
  const network = await makeNetwork(
    least === undefined || most === undefined ? undefined : { seed, least, most },
  );
  const clock = makeWallClock();
  const cast = new Cast(scenario, seed, network, clock);
  try {
    await cast.startServer();
    await scenario.before?.(cast);
    const begun = performance.now();
    await cast.startClient();
    const finished = cast.client.told('finished', LIMIT);
    // A client that ends before its fault is over is a failure, and comes first.
    const [{ report: client }] = await Promise.all([finished, scenario.during?.(cast)]);
    const elapsed = performance.now() - begun;
    cast.server.tell({ kind: 'stop' });
    const { report: server } = await cast.server.told('finished');
    const endings = { client: await cast.client.ended(), server: await cast.server.ended() };
    const relayed = await network.relay?.finish();
    const evidence: Evidence = { network, client, server, elapsed, reordered: relayed?.reordered ?? 0 };
    const failures = [
      ...complaints(scenario, { client, server, endings }),
      ...(scenario.proof?.(evidence) ?? []),
    ];
    return rowOf(scenario.name, evidence, failures);
  } finally {
    cast.end();
    clock.remove();
    network.remove();
  }
}
