import {
  asyncScheduler,
  concat,
  defer,
  ignoreElements,
  map,
  merge,
  mergeMap,
  of,
  switchMap,
  take,
  takeUntil,
  tap,
  type Observable,
} from 'rxjs';
import { faultProxy } from '../testing/fault-proxy/fault-proxy.ts';
import type { FaultProxy } from '../testing/fault-proxy/running-fault-proxy.ts';
import type { Command, Output, Terminal } from './command.ts';
import { connectionLines } from './connection-lines.ts';
import { connectionTables } from './connection-table.ts';
import { optionTable } from './help.ts';
import { IMPATIENT, liveScreen } from './live-screen.ts';
import { line } from './output.ts';
import { connectionOptions, directionOptions, endpointOptions, readProxyArguments } from './proxy-options.ts';

const help = `rxjs-net proxy: a TCP proxy that makes the network worse, to see how a program takes it

Usage: rxjs-net proxy --to ENDPOINT [options]

Endpoints: host:port, [ipv6]:port or unix:/path
${optionTable(endpointOptions)}

Faults, both ways; --upstream-… for client to server alone, and --downstream-… for server to client
${optionTable(directionOptions)}

Connections
${optionTable(connectionOptions)}

TIME: 50, 50ms, 1.5s, 2m, 1h. SIZE: 1000, 64KiB, 1MB. RATE: 1mbit, 500kbit, 64KiB/s. SHARE: 0.25, 25%.

In a terminal it shows a table of the connections; elsewhere it writes a line for each that comes or goes. Ctrl-C stops accepting,
waits for the connections, and exits with 0; another Ctrl-C, half a second later or more, ends it at once.

Examples
  rxjs-net proxy --listen 127.0.0.1:7001 --to 127.0.0.1:7000 --latency 50 --jitter 20 --rate 1mbit
  rxjs-net proxy --to unix:/run/app.sock --reset-after 1MB --share 10%
  rxjs-net proxy --to db.example:5432 --upstream-latency 200ms --downstream-slice 7`;

/** `rxjs-net proxy`: {@link faultProxy} as a command. */
export const proxyCommand: Command = {
  help,
  run: (args, terminal) =>
    defer(() => {
      const options = readProxyArguments(args);
      if (options === undefined) return of(line(help));
      return faultProxy({ ...options, until: terminal.stop }).pipe(
        switchMap((proxy) => outputOf(proxy, terminal)),
      );
    }),
};

/** How many connections have come to which end. */
interface Tally {
  closed: number;
  lost: number;
}

function outputOf(proxy: FaultProxy, terminal: Terminal): Observable<Output> {
  const tally: Tally = { closed: 0, lost: 0 };
  const live = terminal.isTerminal ? tables(proxy, tally, terminal) : lines(proxy, terminal);
  const running = merge(counting(proxy, tally), live).pipe(takeUntil(proxy.closed));
  const end = defer(() => of(line(`${tally.closed} closed, ${tally.lost} lost`)));
  return concat(of(line(`listening on ${proxy.endpoint}`)), running, end);
}

function counting(proxy: FaultProxy, tally: Tally): Observable<never> {
  return proxy.connections.pipe(
    mergeMap((connection) => connection.closed.pipe(map(() => connection.state))),
    tap((state) => {
      tally[state === 'lost' ? 'lost' : 'closed'] += 1;
    }),
    ignoreElements(),
  );
}

function lines(proxy: FaultProxy, terminal: Terminal): Observable<Output> {
  const stopping = terminal.stop.pipe(
    take(1),
    map(() => `stopping, with ${proxy.open.size} open; ${IMPATIENT}`),
  );
  return merge(connectionLines(proxy, now), stopping).pipe(map(line));
}

function tables(proxy: FaultProxy, tally: Tally, terminal: Terminal): Observable<Output> {
  return defer(() => {
    const table = connectionTables();
    return liveScreen(terminal, (ending) => {
      const footer = `${proxy.open.size} open, ${tally.closed} closed, ${tally.lost} lost${ending}`;
      return table({ connections: proxy.open, now: now(), footer, ...terminal.size() });
    });
  });
}

function now(): number {
  return asyncScheduler.now();
}
