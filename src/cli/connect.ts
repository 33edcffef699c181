import {
  defer,
  filter,
  finalize,
  merge,
  mergeMap,
  of,
  switchMap,
  takeUntil,
  tap,
  throwError,
  type Observable,
} from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import { idleTimeout } from '../operators/idle-timeout.ts';
import { connect } from '../transport/connect.ts';
import type { Command, Output, Terminal } from './command.ts';
import { conversationOptions, GRACE } from './conversation-options.ts';
import { endpointOf, PEER } from './endpoint-argument.ts';
import { during } from './during.ts';
import { optionTable } from './help.ts';
import { Interrupted } from './interrupted.ts';
import { time } from './option-kinds.ts';
import { parseArguments, type Option } from './option.ts';
import { line } from './output.ts';
import { outOfTime, stoppingNote } from './stopping.ts';
import { talker } from './talker.ts';
import { clientTls, clientTlsOptions } from './tls-arguments.ts';

const dialOptions: Readonly<Record<'timeout', Option<number>>> = {
  timeout: time('how long resolving and dialling may take, and then the TLS handshake (5s, 10s)'),
};

const help = `rxjs-net connect: dials; standard input goes to the peer, and what the peer says to standard output

Usage: rxjs-net connect ENDPOINT [options]

ENDPOINT: host:port, [ipv6]:port or unix:/path; tls:// in front asks for TLS

Options
${optionTable({ ...dialOptions, ...conversationOptions })}

TLS
${optionTable(clientTlsOptions)}

TIME: 50, 50ms, 1.5s, 2m, 1h.

The end of standard input is sent as FIN, and the peer can still answer. The peer's end ends the command: at once when
standard input is a terminal or with --end-with-peer, and else when standard input is at its end, so that nothing is
lost. Exit code 1, and one line that says why, when the connection could not be made or was lost. Ctrl-C ends our side; in
the middle of what is sent from a file or a pipe it resets the connection, and exits with 130.

Examples
  rxjs-net connect 127.0.0.1:7000
  printf 'ping\\n' | rxjs-net connect 127.0.0.1:7000 --timeout 2s
  rxjs-net connect unix:/run/app.sock < request > response
  printf 'HEAD / HTTP/1.0\\n\\n' | rxjs-net connect tls://example.com:443 --crlf`;

/** `rxjs-net connect`. */
export const connectCommand: Command = {
  help,
  run: (args, terminal) =>
    defer(() => {
      const options = { ...dialOptions, ...conversationOptions, ...clientTlsOptions };
      const given = parseArguments(options, PEER, args);
      if (given === undefined) return of(line(help));
      const { values, argument } = given;
      const { timeout, idle = Infinity, grace = GRACE, endWithPeer } = values;
      const endpoint = endpointOf(argument, values);
      const dialled = connect(endpoint, {
        tls: clientTls(endpoint, values),
        connectTimeout: timeout,
        handshakeTimeout: timeout,
        allowHalfOpen: endWithPeer !== true && !terminal.isTyped,
      });
      const talk = talker(terminal, { ...values, endsWithInput: true, label: () => '' });
      return conversation(dialled.pipe(idleTimeout(idle)), talk, grace, terminal);
    }),
};

function conversation(
  dialled: Observable<Connection>,
  talk: ReturnType<typeof talker>,
  grace: number,
  terminal: Terminal,
): Observable<Output> {
  return defer(() => {
    let open: Connection | undefined;
    // There is nothing to wait for before it is open; but what is not typed has not got anywhere then.
    const early = terminal.stop.pipe(
      filter(() => open === undefined),
      mergeMap(() =>
        terminal.isTyped
          ? of('nothing lost')
          : throwError(() => new Interrupted('stopped before it was connected: nothing was sent')),
      ),
    );
    const cutting = outOfTime(terminal, grace).pipe(
      mergeMap((error) => {
        open?.abort(error);
        return throwError(() => error);
      }),
    );
    const talking = dialled.pipe(
      tap((connection) => {
        open = connection;
      }),
      switchMap((connection) => talk(connection, terminal.stop)),
      takeUntil(merge(early, cutting)),
      finalize(() => terminal.stdin.destroy()),
    );
    return during(talking, stoppingNote(terminal));
  });
}
