import {
  defaultIfEmpty,
  firstValueFrom,
  forkJoin,
  Subject,
  takeUntil,
  tap,
  throwIfEmpty,
  type Observable,
} from 'rxjs';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { TransportError } from '../errors/transport-error.ts';

/** A server or a connection: something with an end that can be awaited. */
interface Closable {
  readonly closed: Observable<unknown>;
}

/** What one transport object has made, so that its `close()` can end all of it and wait. */
export class OwnedStreams {
  endpoint: Endpoint | undefined;

  readonly #closing = new Subject<void>();
  readonly #open = new Set<Closable>();

  /** The same stream, ended by `close()`. What has not emitted by then errors with `ERR_CLOSED`. */
  own<T extends Closable>(source: Observable<T>, endpointOf: (made: T) => Endpoint): Observable<T> {
    return source.pipe(
      tap((made) => {
        this.#adopt(made, endpointOf(made));
      }),
      takeUntil(this.#closing),
      throwIfEmpty(
        () => new TransportError('ERR_CLOSED', { phase: 'connect', detail: 'close() came first' }),
      ),
    );
  }

  async close(): Promise<void> {
    this.endpoint = undefined;
    const released = forkJoin([...this.#open].map(({ closed }) => closed));
    this.#closing.next();
    await firstValueFrom(released.pipe(defaultIfEmpty([])));
  }

  #adopt(made: Closable, endpoint: Endpoint): void {
    this.endpoint = endpoint;
    this.#open.add(made);
    made.closed.subscribe(() => {
      this.#open.delete(made);
      if (this.endpoint === endpoint) this.endpoint = undefined;
    });
  }
}
