import {
  asyncScheduler,
  concat,
  defer,
  EMPTY,
  finalize,
  map,
  merge,
  mergeMap,
  of,
  Subject,
  switchMap,
  takeUntil,
  tap,
  throwError,
  type Observable,
} from 'rxjs';
import { deadline } from '../connection/deadline.ts';
import type { Connection } from '../connection/connection.ts';
import { idleTimeout } from '../operators/idle-timeout.ts';
import type { BindOptions } from '../transport/bind-options.ts';
import { bind } from '../transport/bind.ts';
import type { Server } from '../transport/server.ts';
import type { Command, Output, Terminal } from './command.ts';
import { acceptedLine, closedLine, refusedLine } from './connection-report.ts';
import { conversationOptions, GRACE } from './conversation-options.ts';
import { endpointOf, LISTENER } from './endpoint-argument.ts';
import { during } from './during.ts';
import { formatTime } from './format-quantity.ts';
import { optionTable } from './help.ts';
import { flag, time } from './option-kinds.ts';
import { parseArguments, type Option } from './option.ts';
import { line, note } from './output.ts';
import { resetAll } from './reset-all.ts';
import { outOfTime, stoppingNote } from './stopping.ts';
import { styles } from './style.ts';
import { talker } from './talker.ts';
import { serverTls, serverTlsOptions } from './tls-arguments.ts';

const listenOptions: Readonly<Record<'keep', Option<boolean>> & Record<'timeout', Option<number>>> = {
  keep: flag('stay, for as many as connect, at the same time'),
  timeout: time('how long to wait for somebody to connect; default: for ever'),
};

const help = `rxjs-net listen: waits for a peer; standard input goes to it, and what it says to standard output

Usage: rxjs-net listen [ENDPOINT] [options]

ENDPOINT: host:port, [ipv6]:port or unix:/path; tls:// in front asks for TLS. Default: a free port of 127.0.0.1.
Where it listens is told on standard error.

Options
${optionTable({ ...listenOptions, ...conversationOptions })}

TLS
${optionTable(serverTlsOptions)}

TIME: 50, 50ms, 1.5s, 2m, 1h.

Without --keep the first who connects is the only one, and its end is the command's: see rxjs-net connect --help. With
--keep everybody gets what comes on standard input from then on, as fast as the slowest takes it; nothing is read while
nobody is there; a peer's end ends its own connection; and with --lines each line says who sent it. Ctrl-C ends it.

Examples
  rxjs-net listen 127.0.0.1:7000 > received
  rxjs-net listen 127.0.0.1:7000 --keep --lines
  rxjs-net listen unix:/tmp/app.sock < response
  rxjs-net listen 0.0.0.0:7443 --tls --cert server.pem --key server.key`;

/** `rxjs-net listen`. */
export const listenCommand: Command = {
  help,
  run: (args, terminal) =>
    defer(() => {
      const options = { ...listenOptions, ...conversationOptions, ...serverTlsOptions };
      const given = parseArguments(options, LISTENER, args);
      if (given === undefined) return of(line(help));
      const { values, argument } = given;
      const { keep = false, timeout = Infinity, idle = Infinity, grace = GRACE, endWithPeer } = values;
      const endpoint = endpointOf(argument, values);
      const label = keep ? labelOf(terminal) : (): string => '';
      const listening: Listening = {
        ...{ endpoint, keep, timeout, idle, grace },
        tls: serverTls(endpoint, values),
        allowHalfOpen: !keep && endWithPeer !== true && !terminal.isTyped,
        talk: talker(terminal, { ...values, label, endsWithInput: !keep }),
      };
      return conversations(listening, terminal).pipe(finalize(() => terminal.stdin.destroy()));
    }),
};

interface Listening extends Pick<BindOptions, 'tls' | 'allowHalfOpen'> {
  readonly endpoint: string;
  readonly keep: boolean;
  readonly timeout: number;
  readonly idle: number;
  readonly grace: number;
  readonly talk: ReturnType<typeof talker>;
}

function conversations(listening: Listening, terminal: Terminal): Observable<Output> {
  const { endpoint, tls, allowHalfOpen, keep, grace } = listening;
  return defer(() => {
    const came = new Subject<void>();
    let listens: Server | undefined;
    const server = bind(endpoint, {
      ...{ tls, allowHalfOpen },
      // Nobody after the first: where it listened is free again from then on.
      until: keep ? terminal.stop : merge(came, terminal.stop),
      // What is cut off after the grace is reset here, so that it does not look whole.
      gracePeriod: Infinity,
    });
    const cutting = outOfTime(terminal, grace).pipe(mergeMap((error) => throwError(() => error)));
    const talking = server.pipe(
      tap((bound) => {
        listens = bound;
      }),
      switchMap((bound) =>
        merge(
          told(bound),
          nobody(listening).pipe(takeUntil(merge(came, bound.closed))),
          bound.connections.pipe(
            idleTimeout(listening.idle),
            tap(() => {
              came.next();
            }),
            mergeMap((connection, index) => {
              if (keep) return oneOfMany(connection, listening);
              return index === 0 ? onlyOne(connection, listening, terminal) : tooLate(connection);
            }),
          ),
        ),
      ),
      takeUntil(cutting),
    );
    // What fails here fails for all: their connections are reset before the end of the server would close them.
    const resetting = tap<Output>({
      error: (error: unknown) => {
        if (listens !== undefined) resetAll(listens, error);
      },
    });
    return during(talking.pipe(resetting), stoppingNote(terminal));
  });
}

function told(server: Server): Observable<Output> {
  return concat(of(`listening on ${server.endpoint}`), server.refused.pipe(map(refusedLine))).pipe(map(note));
}

/** Errors when nobody has come in time. */
function nobody({ timeout }: Listening): Observable<never> {
  return deadline(timeout, asyncScheduler).pipe(
    switchMap(() => throwError(() => new Error(`nobody has connected within ${formatTime(timeout)}`))),
  );
}

/** That it is lost is the failure of the command. */
function onlyOne(connection: Connection, { talk }: Listening, { stop }: Terminal): Observable<never> {
  const loss = connection.closed.pipe(
    mergeMap(({ error }) => (error === undefined ? EMPTY : throwError(() => error))),
  );
  return concat(talk(connection, stop), loss);
}

/** Who was accepted in the same moment as the first. */
function tooLate(connection: Connection): Observable<never> {
  connection.abort();
  return EMPTY;
}

/** What becomes of it is told, and is nobody else's business. */
function oneOfMany(connection: Connection, { talk }: Listening): Observable<Output> {
  const left = connection.closed.pipe(map((summary) => closedLine(connection, summary)));
  return merge(
    concat(of(acceptedLine(connection)), left).pipe(map(note)),
    talk(connection, connection.draining),
  );
}

function labelOf({ hasColors }: Terminal): (connection: Connection) => string {
  const { cyan } = styles(hasColors);
  return ({ id }) => `${cyan(`#${id}`)} `;
}
