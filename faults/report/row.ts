import type { Evidence } from '../scenarios/scenario.ts';
import { count, sumOf, type Counts } from '../programs/error-code.ts';

/** What a scenario has come to. */
export interface Row {
  readonly name: string;
  readonly dials: number;
  readonly connections: number;
  readonly requests: number;
  readonly asked: number;
  readonly answered: number;
  readonly sent: number;
  readonly delivered: number;
  /** The client's, and what the server has had and refused. */
  readonly errors: Counts;
  readonly serverErrors: Counts;
  /** Milliseconds. */
  readonly slowest: number;
  readonly recovery: number | null;
  readonly left: number;
  readonly elapsed: number;
  readonly failures: readonly string[];
}

export function rowOf(name: string, { client, server, elapsed }: Evidence, failures: readonly string[]): Row {
  const lost: Record<string, number> = {};
  for (const { error } of server.served) if (error !== undefined) count(lost, error);
  const served = new Map(server.served.map((connection) => [connection.number, connection]));
  let sent = 0;
  let delivered = 0;
  for (const dialled of client.connections) {
    const other = served.get(dialled.number);
    // Of a server that was killed, only what it had acknowledged and what came of it is known.
    sent += dialled.sent + dialled.bulkSent + (other?.sent ?? dialled.delivered);
    delivered +=
      dialled.delivered + (other === undefined ? dialled.acknowledged : other.delivered + other.bulk);
  }
  return {
    name,
    dials: client.dials,
    connections: client.connections.length,
    requests: client.requests,
    asked: client.asked,
    answered: client.answered,
    sent,
    delivered,
    errors: client.errors,
    serverErrors: sumOf([lost, server.refused]),
    slowest: client.slowest,
    recovery: client.recovery,
    left: [client, server].reduce(
      (sum, { left }) => sum + left.resources.length + Math.max(0, left.descriptors),
      0,
    ),
    elapsed,
    failures,
  };
}
