import {
  asyncScheduler,
  concat,
  defer,
  EMPTY,
  filter,
  ignoreElements,
  map,
  merge,
  mergeMap,
  of,
  switchMap,
  take,
  tap,
  throwError,
  type Observable,
} from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import { idleTimeout } from '../operators/idle-timeout.ts';
import { serve, type ServeOutcome } from '../operators/serve.ts';
import { bind } from '../transport/bind.ts';
import type { Server } from '../transport/server.ts';
import type { Command, Output, Terminal } from './command.ts';
import { acceptedLine, closedLine, refusedLine } from './connection-report.ts';
import { GRACE } from './conversation-options.ts';
import { endpointOf, LISTENER, unix } from './endpoint-argument.ts';
import { during } from './during.ts';
import { formatBytes } from './format-quantity.ts';
import { optionTable } from './help.ts';
import { IMPATIENT, liveScreen } from './live-screen.ts';
import { flag, time } from './option-kinds.ts';
import { parseArguments, type Option } from './option.ts';
import { line, NO_SCREEN } from './output.ts';
import { rates } from './rate.ts';
import { resetAll } from './reset-all.ts';
import { outOfTime } from './stopping.ts';
import { serverTls, serverTlsOptions } from './tls-arguments.ts';

const echoOptions: Readonly<
  Record<'idle' | 'grace', Option<number>> & Record<'unix' | 'help', Option<boolean>>
> = {
  idle: time('reset a connection on which nothing was said for so long; default: never'),
  grace: time('how long Ctrl-C waits for connections before it resets them (10s)'),
  unix,
  help: flag('this text'),
};

const help = `rxjs-net echo: a server that says everything back, no faster than the peer takes it

Usage: rxjs-net echo [ENDPOINT] [options]

ENDPOINT: host:port, [ipv6]:port or unix:/path; tls:// in front asks for TLS. Default: a free port of 127.0.0.1.

Options
${optionTable(echoOptions)}

TLS
${optionTable(serverTlsOptions)}

TIME: 50, 50ms, 1.5s, 2m, 1h.

In a terminal it shows how many are connected, and what was echoed; elsewhere it writes a line for each connection that
comes or goes. Ctrl-C stops accepting, answers what has come, and exits with 0, or with 1 when the grace was not enough;
another Ctrl-C, half a second later or more, ends it at once.

Examples
  rxjs-net echo 127.0.0.1:7000
  rxjs-net echo unix:/tmp/echo.sock
  rxjs-net echo 127.0.0.1:7443 --tls --cert server.pem --key server.key`;

/** `rxjs-net echo`. */
export const echoCommand: Command = {
  help,
  run: (args, terminal) =>
    defer(() => {
      const given = parseArguments({ ...echoOptions, ...serverTlsOptions }, LISTENER, args);
      if (given === undefined) return of(line(help));
      const { values, argument } = given;
      const { idle = Infinity, grace = GRACE } = values;
      const endpoint = endpointOf(argument, values);
      const tls = serverTls(endpoint, values);
      // Its grace is the whole time that Ctrl-C leaves, the last FIN of the peer included; what it cuts off is reset here.
      const patience = { gracePeriod: Infinity, closeTimeout: Infinity };
      return bind(endpoint, { tls, until: terminal.stop, ...patience }).pipe(
        switchMap((server) => outputOf(server, { idle, grace }, terminal)),
      );
    }),
};

interface Times {
  readonly idle: number;
  readonly grace: number;
}

/** What has happened so far. */
interface Tally {
  open: number;
  closed: number;
  lost: number;
  /** Bytes that were said back. */
  echoed: number;
}

function outputOf(server: Server, { idle, grace }: Times, terminal: Terminal): Observable<Output> {
  const tally: Tally = { open: 0, closed: 0, lost: 0, echoed: 0 };
  const lines = served(server, idle, tally);
  // Not until `server.closed`, which comes before the last connection has told of its end.
  const live = terminal.isTerminal
    ? during(lines.pipe(ignoreElements()), progress(tally, terminal))
    : during(lines, stopping(tally, terminal)).pipe(map(line));
  let late: Error | undefined;
  const cutting = outOfTime(terminal, grace).pipe(
    tap((error) => {
      if (resetAll(server, error) > 0) late = error;
    }),
    ignoreElements(),
  );
  const end = defer(() => {
    const { closed, lost, echoed } = tally;
    return [NO_SCREEN, line(`${closed} closed, ${lost} lost; ${formatBytes(echoed)} echoed`)];
  });
  const failure = defer(() => (late === undefined ? EMPTY : throwError(() => late)));
  return concat(of(line(`listening on ${server.endpoint}`)), during(live, cutting), end, failure);
}

/** Says everything back; a line for each who comes or goes. */
function served(server: Server, idle: number, tally: Tally): Observable<string> {
  const answered = server.connections.pipe(
    idleTimeout(idle),
    tap(() => {
      tally.open += 1;
    }),
    mergeMap((connection) =>
      concat(of(acceptedLine(connection)), of(connection).pipe(serve(echo), map(lastLine))),
    ),
  );
  const echo = ({ received }: Connection): Observable<Buffer> =>
    received.pipe(
      tap((chunk) => {
        tally.echoed += chunk.length;
      }),
    );
  const lastLine = ({ connection, summary, error }: ServeOutcome): string => {
    tally.open -= 1;
    tally[error === undefined ? 'closed' : 'lost'] += 1;
    return closedLine(connection, summary, error);
  };
  return merge(answered, server.refused.pipe(map(refusedLine)));
}

function stopping(tally: Tally, { stop }: Terminal): Observable<string> {
  return stop.pipe(
    take(1),
    filter(() => tally.open > 0),
    map(() => `stopping, with ${tally.open} open; ${IMPATIENT}`),
  );
}

function progress(tally: Tally, terminal: Terminal): Observable<Output> {
  return defer(() => {
    const rate = rates();
    return liveScreen(terminal, (ending) => {
      const { open, closed, lost, echoed } = tally;
      const speed = rate(echoed, asyncScheduler.now());
      const echoing = `${formatBytes(echoed)} echoed${speed === undefined ? '' : `, ${formatBytes(speed)}/s`}`;
      const text = `${open} open, ${closed} closed, ${lost} lost; ${echoing}${ending}`;
      return [text.slice(0, terminal.size().columns)];
    });
  });
}
