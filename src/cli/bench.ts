import {
  catchError,
  concat,
  defer,
  delay,
  EMPTY,
  ignoreElements,
  map,
  merge,
  mergeMap,
  of,
  range,
  share,
  ReplaySubject,
  switchMap,
  take,
  takeUntil,
  throwError,
  timer,
  type Observable,
} from 'rxjs';
import { parseEndpoint } from '../endpoint/parse-endpoint.ts';
import { framedConnection } from '../operators/framed-connection.ts';
import type { ConnectOptions } from '../transport/connect-options.ts';
import { connect } from '../transport/connect.ts';
import { ask } from './bench-asking.ts';
import { frameMessages, lineMessages, LONGEST_MESSAGE, type BenchMessages } from './bench-messages.ts';
import { benchJson, benchProgress, benchTable, type BenchSubject } from './bench-report.ts';
import { BenchTally } from './bench-tally.ts';
import type { Command, Output, Terminal } from './command.ts';
import { during } from './during.ts';
import { endpointOf, PEER, unix } from './endpoint-argument.ts';
import { exitCodeOf } from './exit-code.ts';
import { formatBytes } from './format-quantity.ts';
import { optionTable } from './help.ts';
import { liveScreen } from './live-screen.ts';
import { choice, count, flag, length, time } from './option-kinds.ts';
import { parseArguments, type Option } from './option.ts';
import { line, NO_SCREEN } from './output.ts';
import { clientTls, clientTlsOptions } from './tls-arguments.ts';
import { UsageError } from './usage-error.ts';

const CONNECTIONS = 10;
const IN_FLIGHT = 1;
const SIZE = 64;
const DURATION = 10_000;
// How long the last answers are waited for, and then the ends of the connections.
const LAST_ANSWERS = 2_000;
const CLOSE_TIMEOUT = 1_000;
// What all questions that wait for their answers may have together, with what is kept of each: more may not fit into the memory.
const MOST_UNDER_WAY = 1_000_000_000;
const QUESTION = 64;

type Numbers = Readonly<Record<'connections' | 'inFlight' | 'size' | 'duration' | 'timeout', Option<number>>>;
type BenchOptions = Numbers &
  Readonly<Record<'json' | 'unix' | 'help', Option<boolean>>> & {
    readonly framing: Option<'lines' | 'length'>;
  };

const benchOptions: BenchOptions = {
  connections: count(`how many are open at the same time (${CONNECTIONS})`),
  inFlight: count(
    `how many messages of each connection wait for their answers at the same time (${IN_FLIGHT})`,
  ),
  size: length(`how long a message is, without its framing; at most 64MiB (${SIZE})`, LONGEST_MESSAGE),
  duration: time('how long to ask (10s)'),
  framing: choice(['lines', 'length'], 'a line each, or a length of 4 bytes in front (lines)'),
  timeout: time('how long resolving and dialling may take, and then the TLS handshake (5s, 10s)'),
  unix,
  json: flag('the result as one line of JSON, with times in milliseconds'),
  help: flag('this text'),
};

const help = `rxjs-net bench: load for a server that answers each message with the same message

Usage: rxjs-net bench ENDPOINT [options]

ENDPOINT: host:port, [ipv6]:port or unix:/path; tls:// in front asks for TLS

Options
${optionTable(benchOptions)}

TLS
${optionTable(clientTlsOptions)}

TIME: 50, 50ms, 1.5s, 2m, 1h. SIZE: 1000, 64KiB, 1MB.

Each answer is compared with its question, and followed by the next question: so a server that is slow is asked less
often. Latency is from the write of a message to its whole answer, of right answers alone. A connection that is lost is
counted, and not dialled again. An answer more than was asked is wrong, and nothing is asked after it. Ctrl-C ends the
asking early. Exit code 1 when not one answer was right.

Examples
  rxjs-net echo 127.0.0.1:7000 & rxjs-net bench 127.0.0.1:7000
  rxjs-net bench 127.0.0.1:7000 --connections 100 --in-flight 16 --duration 30s
  rxjs-net bench unix:/tmp/echo.sock --framing length --size 64KiB --json`;

/** `rxjs-net bench`. */
export const benchCommand: Command = {
  help,
  run: (args, terminal) =>
    defer(() => {
      const given = parseArguments({ ...benchOptions, ...clientTlsOptions }, PEER, args);
      if (given === undefined) return of(line(help));
      const { values, argument } = given;
      const endpoint = endpointOf(argument, values);
      const { timeout, duration = DURATION, json = false } = values;
      const { connections = CONNECTIONS, inFlight = IN_FLIGHT, size = SIZE, framing = 'lines' } = values;
      const underWay = connections * inFlight * (size + QUESTION);
      if (underWay > MOST_UNDER_WAY)
        throw new UsageError(
          `${formatBytes(underWay)} would be under way at a time: ` +
            `write less for --connections, --in-flight or --size, so that it is ${formatBytes(MOST_UNDER_WAY)} at most`,
        );
      // Refused once, and not by each connection.
      parseEndpoint(endpoint);
      const options: ConnectOptions = {
        tls: clientTls(endpoint, values),
        ...{ connectTimeout: timeout, handshakeTimeout: timeout, closeTimeout: CLOSE_TIMEOUT },
        // What is in flight is bounded here.
        maxWriteBuffer: Infinity,
      };
      const subject: BenchSubject = { endpoint, connections, inFlight, size, framing };
      const tally = new BenchTally();
      const stop = merge(timer(duration), terminal.stop).pipe(
        take(1),
        share({ connector: () => new ReplaySubject(1), resetOnComplete: false }),
      );
      const asking =
        framing === 'lines'
          ? load(subject, options, lineMessages(size), tally, stop)
          : load(subject, options, frameMessages(size), tally, stop);
      const shown = terminal.isTerminal && !json;
      return concat(
        shown ? during(asking, progress(tally, duration, terminal)) : asking,
        defer(() => [
          ...(shown ? [NO_SCREEN] : []),
          ...(json ? [benchJson(subject, tally)] : benchTable(subject, tally, terminal.hasColors)).map(line),
        ]),
        defer(() => (tally.answered > 0 ? EMPTY : throwError(() => nothingWorked(tally)))),
      );
    }),
};

/** Completes when all connections are done: at the latest a moment after `stop`. */
function load<In, Out>(
  { endpoint, connections, inFlight }: BenchSubject,
  options: ConnectOptions,
  messages: BenchMessages<In, Out>,
  tally: BenchTally,
  stop: Observable<unknown>,
): Observable<never> {
  const one = connect(endpoint, options).pipe(
    map((connection) => framedConnection(connection, messages.codec, { frameTimeout: Infinity })),
    switchMap((connection) => concat(ask(connection, messages, inFlight, tally, stop), of('done'))),
    // Closes the connection.
    take(1),
    catchError((error: unknown) => {
      // What the library says of the options would be the same for all others.
      if (exitCodeOf(error) === 2) return throwError(() => error);
      tally.fail(error);
      return EMPTY;
    }),
    ignoreElements(),
  );
  return range(0, connections).pipe(
    mergeMap(() => one),
    takeUntil(stop.pipe(delay(LAST_ANSWERS))),
  );
}

function progress(tally: BenchTally, duration: number, terminal: Terminal): Observable<Output> {
  return defer(() => {
    const begin = performance.now();
    return liveScreen(terminal, (ending) => {
      const text = `${benchProgress(tally, performance.now() - begin, duration)}${ending}`;
      return [text.slice(0, terminal.size().columns)];
    });
  });
}

function nothingWorked({ errors, wrong }: BenchTally): Error {
  const [first] = errors.values();
  const why = first?.message ?? (wrong > 0 ? 'all answers were wrong' : 'nobody has answered');
  return new Error(`not one answer was right: ${why}`);
}
