import type { Observable, ObservableInput, Subscription } from 'rxjs';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { ProxyHeader } from '../proxy-protocol/proxy-header.ts';
import type { Writing } from './byte-channel.ts';
import type { CloseSummary, Connection, Traffic } from './connection.ts';
import { pullIterator } from './pull-iterator.ts';
import type { TlsSession } from './tls-session.ts';

/** How a {@link ConnectionView} reads. */
export interface Reading<In> {
  readonly received: Observable<In>;
  hold(): Subscription;
}

/** A connection seen through other eyes: what is received, or what is written, is not the same; all else is. */
export class ConnectionView<In, Out> implements Connection<In, Out> {
  readonly #connection: Connection<unknown, never>;
  readonly #reading: Reading<In>;
  readonly #writing: Writing<Out>;

  constructor(connection: Connection<unknown, never>, reading: Reading<In>, writing: Writing<Out>) {
    this.#connection = connection;
    this.#reading = reading;
    this.#writing = writing;
  }

  get id(): string {
    return this.#connection.id;
  }

  get local(): Endpoint {
    return this.#connection.local;
  }

  get remote(): Endpoint {
    return this.#connection.remote;
  }

  get tls(): TlsSession | undefined {
    return this.#connection.tls;
  }

  get proxied(): ProxyHeader | undefined {
    return this.#connection.proxied;
  }

  get received(): Observable<In> {
    return this.#reading.received;
  }

  get congested(): Observable<boolean> {
    return this.#connection.congested;
  }

  get draining(): Observable<void> {
    return this.#connection.draining;
  }

  get traffic(): Observable<Traffic> {
    return this.#connection.traffic;
  }

  get closed(): Observable<CloseSummary> {
    return this.#connection.closed;
  }

  send(values: ObservableInput<Out>): Observable<never> {
    return this.#writing.send(values);
  }

  write(value: Out): boolean {
    return this.#writing.write(value);
  }

  hold(): Subscription {
    return this.#reading.hold();
  }

  end(): void {
    this.#connection.end();
  }

  close(): Promise<CloseSummary> {
    return this.#connection.close();
  }

  abort(reason?: unknown): void {
    this.#connection.abort(reason);
  }

  [Symbol.asyncIterator](): AsyncIterator<In, undefined> {
    return pullIterator(this);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
