import {
  catchError,
  EMPTY,
  merge,
  mergeMap,
  switchMap,
  tap,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import { holdWhile, type Connection } from '../src/index.ts';
import type { SimulatedHost, SimulatedNetwork } from '../src/testing/index.ts';
import { Backends } from './backends.ts';
import { SERVER_PORT } from './server.ts';
import { SECOND, type FleetSettings } from './settings.ts';
import type { Tally } from './tally.ts';

export const BALANCER_PORT = 443;

const CONNECT_TIMEOUT = SECOND;
// A FIN ends one direction and says nothing about the other.
const halfOpen = { allowHalfOpen: true } as const;

/** A TCP balancer: each client is connected to the server with the fewest connections of those that can be dialled. */
export function balancer(
  host: SimulatedHost,
  servers: readonly SimulatedHost[],
  { scheduler }: SimulatedNetwork,
  tally: Tally,
  { admissions }: FleetSettings,
): Observable<never> {
  const admit = admissionsPerSecond(admissions, scheduler);
  const transport = host.transport({
    ...halfOpen,
    port: BALANCER_PORT,
    connectTimeout: CONNECT_TIMEOUT,
    maxConnections: Infinity,
    accept: () => {
      const isAdmitted = admit();
      if (!isAdmitted) tally.refused();
      return isAdmitted;
    },
  });

  const endpoints = servers.map(({ name }) => `${name}:${SERVER_PORT}`);
  const backends = new Backends(transport, endpoints, scheduler);

  const proxy = (client: Connection): Observable<never> =>
    backends.dial().pipe(
      switchMap((server) =>
        merge(forward(client, server), forward(server, client)).pipe(abortOnError(server)),
      ),
      abortOnError(client),
      catchError(() => EMPTY),
    );

  return merge(backends.probing, transport.listen().pipe(mergeMap(proxy)));
}

/** One direction: read only while the other side has room, and its FIN is passed on behind the last byte. */
function forward(source: Connection, target: Connection): Observable<never> {
  return target.send(holdWhile(source, target.congested)).pipe(
    tap({
      complete: () => {
        target.end();
      },
    }),
  );
}

/** A stream that was cut short must not look whole to whoever is left: RST, and not FIN. */
function abortOnError(connection: Connection): <T>(stream: Observable<T>) => Observable<T> {
  return tap({
    error: (error: unknown) => {
      connection.abort(error);
    },
  });
}

/** A token bucket that holds the tokens of one second. */
function admissionsPerSecond(admissions: number, scheduler: SchedulerLike): () => boolean {
  let tokens = admissions;
  let filledAt = scheduler.now();
  return () => {
    const now = scheduler.now();
    tokens = Math.min(admissions, tokens + ((now - filledAt) * admissions) / SECOND);
    filledAt = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
