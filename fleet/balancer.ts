import {
  catchError,
  defer,
  EMPTY,
  finalize,
  merge,
  mergeMap,
  of,
  retry,
  switchMap,
  tap,
  throwError,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import { holdWhile, TransportError, type Connection } from '../src/index.ts';
import type { SimulatedHost, SimulatedNetwork } from '../src/testing/index.ts';
import { SERVER_PORT } from './server.ts';
import { SECOND, type FleetSettings } from './settings.ts';
import type { Tally } from './tally.ts';

export const BALANCER_PORT = 443;

const CONNECT_TIMEOUT = SECOND;
// A server that could not be dialled is not tried again for so long.
const SHUNNED_FOR = 10 * SECOND;
const TRIES = 3;
// A FIN ends one direction and says nothing about the other.
const halfOpen = { allowHalfOpen: true } as const;

interface Backend {
  readonly endpoint: string;
  connections: number;
  shunnedUntil: number;
}

/** A TCP balancer: each client is connected to the server with the fewest connections of those that can be dialled. */
export function balancer(
  host: SimulatedHost,
  servers: readonly SimulatedHost[],
  { scheduler }: SimulatedNetwork,
  tally: Tally,
  { admissions }: FleetSettings,
): Observable<never> {
  const backends = servers.map(({ name }): Backend => ({
    endpoint: `${name}:${SERVER_PORT}`,
    connections: 0,
    shunnedUntil: 0,
  }));
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

  const dial = (): Observable<Connection> =>
    defer(() => {
      const backend = leastConnected(backends, scheduler.now());
      backend.connections += 1;
      return transport.connect(backend.endpoint).pipe(
        tap({
          error: (error: unknown) => {
            if (isOfDialling(error)) backend.shunnedUntil = scheduler.now() + SHUNNED_FOR;
          },
        }),
        finalize(() => {
          backend.connections -= 1;
        }),
      );
    }).pipe(
      // Another server, at once; but a client whose server was lost later on has to know.
      retry({
        count: TRIES - 1,
        delay: (error: unknown) => (isOfDialling(error) ? of(undefined) : throwError(() => error)),
      }),
    );

  const proxy = (client: Connection): Observable<never> =>
    dial().pipe(
      switchMap((server) =>
        merge(forward(client, server), forward(server, client)).pipe(abortOnError(server)),
      ),
      abortOnError(client),
      catchError(() => EMPTY),
    );

  return transport.listen().pipe(mergeMap(proxy));
}

function isOfDialling(error: unknown): boolean {
  return TransportError.is(error) && error.phase === 'connect';
}

function leastConnected(backends: readonly Backend[], now: number): Backend {
  const live = backends.filter(({ shunnedUntil }) => shunnedUntil <= now);
  // With none that can be dialled, any is as good as any other.
  return (live.length > 0 ? live : backends).reduce((least, backend) =>
    backend.connections < least.connections ? backend : least,
  );
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
