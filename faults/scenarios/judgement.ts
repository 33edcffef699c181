import type { ClientReport, DialledConnection } from '../programs/client-report.ts';
import type { Ending } from '../network/program.ts';
import type { Leftovers } from '../programs/leftovers.ts';
import type { ServedConnection, ServerReport } from '../programs/server-report.ts';
import type { Scenario } from './scenario.ts';

export interface Outcome {
  readonly client: ClientReport;
  readonly server: ServerReport;
  readonly endings: Readonly<Record<string, Ending>>;
}

/** Everything that must hold in every scenario; each text is a complaint. */
export function* complaints(scenario: Scenario, { client, server, endings }: Outcome): Generator<string> {
  yield* ofRequests(client);
  const served = new Map(server.served.map((connection) => [connection.number, connection]));
  for (const dialled of client.connections) {
    const one = served.get(dialled.number);
    if (dialled.clean && one === undefined && scenario.sheds !== true)
      yield `connection ${dialled.number}: a clean end, and the server knows nothing of it`;
    yield* ofConnection(dialled, one);
  }
  for (const { number, disorder } of server.served) {
    if (disorder > 0)
      yield `connection ${number ?? '?'}: ${disorder} messages came twice or out of order at the server`;
  }
  const { expected = [], expectedOfServer = expected } = scenario;
  yield* unexpected('client', Object.keys(client.errors), expected);
  yield* unexpected(
    'server',
    server.served.flatMap(({ error }) => error ?? []),
    expectedOfServer,
  );
  yield* ofLeftovers('client', client.left);
  yield* ofLeftovers('server', server.left);
  for (const [who, { code, signal }] of Object.entries(endings)) {
    if (code !== 0) yield `the ${who} ended by ${signal ?? `code ${code ?? '?'}`} and not by itself`;
  }
}

/** Across redials: each request has one answer, the right one. */
function* ofRequests({ requests, answered, answeredTwice, wrongAnswers }: ClientReport): Generator<string> {
  if (answered !== requests) yield `${requests - answered} of ${requests} requests were not answered`;
  if (answeredTwice > 0) yield `${answeredTwice} answers came twice`;
  if (wrongAnswers > 0) yield `${wrongAnswers} answers were wrong`;
}

/** Within a connection; `served` is absent when its server was killed, or has never seen a message of it. */
function* ofConnection(dialled: DialledConnection, served: ServedConnection | undefined): Generator<string> {
  const { number, sent, bulkSent, delivered, disorder, acknowledged, clean, error } = dialled;
  const about = `connection ${number}`;
  if (disorder > 0) yield `${about}: ${disorder} messages came twice or out of order at the client`;
  if (!clean && error === undefined) yield `${about}: neither a clean end nor an error`;
  if (acknowledged > sent) yield `${about}: ${acknowledged} messages acknowledged, only ${sent} sent`;
  if (served === undefined) return;
  if (served.delivered > sent) yield `${about}: ${served.delivered} messages delivered, only ${sent} sent`;
  if (served.bulk > bulkSent)
    yield `${about}: ${served.bulk} pulled messages delivered, only ${bulkSent} sent`;
  if (served.delivered < acknowledged)
    yield `${about}: ${acknowledged - served.delivered} acknowledged messages lost`;
  if (error === undefined && (served.delivered < sent || served.bulk < bulkSent)) {
    yield `${about}: ${sent - served.delivered + bulkSent - served.bulk} messages to the server lost without an error`;
  }
  if (delivered > served.sent)
    yield `${about}: ${delivered} messages delivered, the server sent ${served.sent}`;
  if (delivered < served.sent && error === undefined && served.error === undefined) {
    yield `${about}: ${served.sent - delivered} messages to the client lost without an error`;
  }
}

function* unexpected(who: string, codes: readonly string[], expected: readonly string[]): Generator<string> {
  for (const code of new Set(codes)) if (!expected.includes(code)) yield `${who}: unexpected error ${code}`;
}

function* ofLeftovers(who: string, { resources, descriptors }: Leftovers): Generator<string> {
  if (resources.length > 0) yield `the ${who} has left ${resources.join(', ')}`;
  if (descriptors > 0) yield `the ${who} has left ${descriptors} open descriptors`;
}
