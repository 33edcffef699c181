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
  readonly #closing = new Subject<void>();
  readonly #open = new Set<Closable>();
  // In the order they were made, and only until `close()`.
  readonly #listening = new Map<Closable, Endpoint>();
  readonly #connected = new Map<Closable, Endpoint>();

  /** Where it listens; if it does not, what it is connected to. The latest of each. */
  get endpoint(): Endpoint | undefined {
    return [...this.#listening.values()].at(-1) ?? [...this.#connected.values()].at(-1);
  }

  ownServers<T extends Closable & { readonly endpoint: Endpoint }>(source: Observable<T>): Observable<T> {
    return this.#own(source, 'bind', (made) => this.#listening.set(made, made.endpoint));
  }

  ownConnections<T extends Closable & { readonly remote: Endpoint }>(source: Observable<T>): Observable<T> {
    return this.#own(source, 'connect', (made) => this.#connected.set(made, made.remote));
  }

  async close(): Promise<void> {
    this.#listening.clear();
    this.#connected.clear();
    const released = forkJoin([...this.#open].map(({ closed }) => closed));
    this.#closing.next();
    await firstValueFrom(released.pipe(defaultIfEmpty([])));
  }

  /** The same stream, ended by `close()`. What has not emitted by then errors with `ERR_CLOSED`. */
  #own<T extends Closable>(
    source: Observable<T>,
    phase: 'bind' | 'connect',
    register: (made: T) => void,
  ): Observable<T> {
    return source.pipe(
      tap((made) => {
        register(made);
        this.#open.add(made);
        this.#forgetWhenClosed(made);
      }),
      takeUntil(this.#closing),
      throwIfEmpty(() => new TransportError('ERR_CLOSED', { phase, detail: 'close() came first' })),
    );
  }

  #forgetWhenClosed(made: Closable): void {
    made.closed.subscribe(() => {
      this.#open.delete(made);
      this.#listening.delete(made);
      this.#connected.delete(made);
    });
  }
}
