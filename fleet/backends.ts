import {
  defer,
  finalize,
  ignoreElements,
  merge,
  mergeMap,
  of,
  retry,
  Subject,
  switchMap,
  take,
  takeUntil,
  tap,
  throwError,
  timer,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import { TransportError, type Connection, type Transport } from '../src/index.ts';
import { SECOND } from './settings.ts';

// Of a client, until it is refused.
const TRIES = 3;
const PROBED_EVERY = 2 * SECOND;

interface Backend {
  readonly endpoint: string;
  /** Fires when it is found to be out of reach. */
  readonly lost: Subject<void>;
  connections: number;
  isDown: boolean;
}

const outOfReach = new Error('the server is out of reach');

/**
 * The servers behind a balancer. One that cannot be dialled gets no clients until a probe has reached it: it has the fewest
 * connections and so would get them all. One that refuses may be draining, and keeps the clients that it has; one of which
 * nothing comes loses them.
 */
export class Backends {
  readonly #transport: Transport;
  readonly #scheduler: SchedulerLike;
  readonly #backends: readonly Backend[];
  readonly #down = new Subject<Backend>();

  constructor(transport: Transport, endpoints: readonly string[], scheduler: SchedulerLike) {
    this.#transport = transport;
    this.#scheduler = scheduler;
    this.#backends = endpoints.map((endpoint) => ({
      endpoint,
      lost: new Subject(),
      connections: 0,
      isDown: false,
    }));
  }

  /** Dials those that are down until they are there again, for as long as it is subscribed. */
  get probing(): Observable<never> {
    const wait = (): Observable<unknown> => timer(PROBED_EVERY, this.#scheduler);
    return this.#down.pipe(
      mergeMap((backend) =>
        wait().pipe(
          switchMap(() => this.#transport.connect(backend.endpoint)),
          take(1),
          retry(),
          tap(() => (backend.isDown = false)),
        ),
      ),
      ignoreElements(),
    );
  }

  /** A connection to the server that has the fewest, or to the next one if that cannot be dialled. */
  dial(): Observable<Connection> {
    return defer(() => this.#dialOne(this.#leastConnected())).pipe(
      retry({
        count: TRIES - 1,
        // A client whose server was lost later on has to know.
        delay: (error: unknown) => (isOfDialling(error) ? of(undefined) : throwError(() => error)),
      }),
    );
  }

  #dialOne(backend: Backend): Observable<Connection> {
    backend.connections += 1;
    const lost = backend.lost.pipe(mergeMap(() => throwError(() => outOfReach)));
    return this.#transport.connect(backend.endpoint).pipe(
      switchMap((connection) => merge(of(connection), lost.pipe(takeUntil(connection.closed)))),
      tap({
        error: (error: unknown) => {
          if (isOfDialling(error)) this.#failed(backend, error);
        },
      }),
      finalize(() => {
        backend.connections -= 1;
      }),
    );
  }

  #failed(backend: Backend, { code }: TransportError): void {
    if (backend.isDown) return;
    backend.isDown = true;
    this.#down.next(backend);
    if (code === 'ERR_CONNECT_TIMEOUT') backend.lost.next();
  }

  #leastConnected(): Backend {
    const live = this.#backends.filter(({ isDown }) => !isDown);
    // With none that can be dialled, any is as good as any other.
    return (live.length > 0 ? live : this.#backends).reduce((least, backend) =>
      backend.connections < least.connections ? backend : least,
    );
  }
}

function isOfDialling(error: unknown): error is TransportError {
  return TransportError.is(error) && error.phase === 'connect';
}
