import type { ClientMessage, ClientReport, ClientSettings } from '../programs/client-report.ts';
import type { ServerMessage, ServerReport, ServerSettings } from '../programs/server-report.ts';
import type { Network } from '../network/network.ts';
import type { Program } from '../network/program.ts';
import type { WallClock } from '../network/wall-clock.ts';

/** What goes wrong, and what must hold all the same. */
export interface Scenario {
  readonly name: string;
  /** Milliseconds that a packet takes one way, at least and at most, where a relay carries the packets. */
  readonly delay?: readonly [least: number, most: number];
  readonly client?: Partial<ClientSettings>;
  readonly server?: Partial<ServerSettings>;
  /** Codes that connections of the client may be lost with; any other fails the scenario. */
  readonly expected?: readonly string[];
  /** And those of the server; the client's when absent. */
  readonly expectedOfServer?: readonly string[];
  /**
   * Whether the system lets connections go of which the server never hears. The requests of our client come of the answers, so they
   * end with them at a FIN, and `send` with them: a clean end (rule 12), and only the client knows what it still waits for.
   */
  readonly sheds?: boolean;
  /** Whether both processes have a wall clock that can be set. */
  readonly wallClock?: boolean;
  /** Before the client is started. */
  before?(stage: Stage): void | Promise<void>;
  /** While the client is at work. */
  during?(stage: Stage): Promise<void>;
  /** After it: that the fault was in effect. Each text is a complaint, and fails the scenario. */
  proof?(evidence: Evidence): Iterable<string>;
}

/** What a scenario can act on. */
export interface Stage {
  readonly network: Network;
  readonly client: Program<ClientMessage>;
  readonly server: Program<ServerMessage>;
  readonly clock: WallClock;
  pause(milliseconds: number): Promise<void>;
  /** The fault is over: from now on the time to recover is measured. */
  over(): void;
  /** Kills the server, which leaves no report, and starts another one after a time. */
  replaceServer(downtime: number): Promise<void>;
  /** Starts one more client, which is killed after a time and leaves no report. */
  killAnotherClient(after: number): Promise<void>;
}

/** What came of a scenario. */
export interface Evidence {
  readonly network: Network;
  readonly client: ClientReport;
  readonly server: ServerReport;
  /** Milliseconds that the client took. */
  readonly elapsed: number;
  /** What a relay did. */
  readonly reordered: number;
}
