import { spawn } from 'node:child_process';
import {
  defer,
  filter,
  firstValueFrom,
  map,
  mergeMap,
  reduce,
  repeat,
  retry,
  timeout,
  type Observable,
} from 'rxjs';
import { connect } from 'rxjs-net';

const UP_WITHIN = 10_000;
const LOOK_EVERY = 50;

/** What haproxy.cfg leaves open. */
export interface ProxySettings {
  readonly SERVICE: string;
  readonly BACKEND_ONE: string;
  readonly BACKEND_TWO: string;
  /** The path of the Unix socket on which HAProxy tells how it is. */
  readonly STATS_SOCKET: string;
}

/** Starts HAProxy in the foreground, as a child that does not outlive us. */
export function startHAProxy(settings: ProxySettings): void {
  const file = new URL('haproxy.cfg', import.meta.url).pathname;
  const child = spawn('haproxy', ['-db', '-q', '-f', file], {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const complaints: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
  child
    .once('error', (cause) => {
      throw new Error('HAProxy cannot be started: apt-get install haproxy', { cause });
    })
    .once('exit', () => {
      throw new Error(`HAProxy has ended:\n${complaints.slice(-3).join('')}`);
    });
  process.on('exit', () => child.kill('SIGKILL'));
}

/** Resolves once HAProxy takes every backend for up. */
export function allUp({ STATS_SOCKET }: ProxySettings): Promise<unknown> {
  const up = ask(STATS_SOCKET, 'show servers state backends').pipe(
    map(statesOf),
    repeat({ delay: LOOK_EVERY }),
    retry({ delay: LOOK_EVERY }),
    filter((states) => states.length > 0 && states.every((state) => state === RUNNING)),
    timeout({ first: UP_WITHIN }),
  );
  return firstValueFrom(up, { defaultValue: [] });
}

// SRV_ST_RUNNING (HAProxy's Management Guide, "show servers state").
const RUNNING = '2';

/** The operational state of each server: the sixth field of every line that is no comment. */
function statesOf(table: string): (string | undefined)[] {
  return table
    .split('\n')
    .filter((line) => /^\d+ /u.test(line))
    .map((line) => line.split(' ')[5]);
}

/** One command and its answer, which ends with FIN (Management Guide, "Unix Socket commands"). */
function ask(path: string, command: string): Observable<string> {
  return defer(() => connect(`unix:${path}`)).pipe(
    mergeMap((connection) => {
      connection.write(`${command}\n`);
      return connection.received.pipe(reduce((text, chunk) => text + chunk.toString(), ''));
    }),
  );
}
