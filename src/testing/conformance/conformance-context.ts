import { ok } from 'node:assert/strict';
import {
  asyncScheduler,
  filter,
  firstValueFrom,
  from,
  map,
  Subscription,
  switchMap,
  tap,
  throwError,
  timeout,
  timer,
  type Observable,
  type ObservableInput,
  type SchedulerLike,
} from 'rxjs';
import type { Connection, Traffic } from '../../connection/connection.ts';
import type { Endpoint } from '../../endpoint/endpoint.ts';
import type { Bytes } from '../../framing/bytes.ts';
import { serve, type ServeOptions } from '../../operators/serve.ts';
import type { BindOptions } from '../../transport/bind-options.ts';
import type { ConnectOptions } from '../../transport/connect-options.ts';
import type { Transport } from '../../transport/transport.ts';
import type { Bound, Dialled, Pair, PairOptions, Served } from './opened.ts';
import { Reading } from './reading.ts';
import { Recording, type Wait } from './recording.ts';
import type { TransportUnderTest } from './transport-under-test.ts';

// Shorter than the patience of a case, so that what has to be forced is, and is seen to be.
const CLOSE_TIMEOUT = 1_000;
// For what must not come: long enough for what is under way on a loopback to arrive. A case that waits in vain costs as much.
const A_WHILE = 20;

/** What a case works with. It owns whatever the case opens, and waits for nothing without a limit. */
export class ConformanceContext {
  readonly server: Transport;
  readonly client: Transport;
  /** The clock of all timeouts. */
  readonly scheduler: SchedulerLike;
  /** See {@link TransportTraits}. */
  readonly window: number;
  /** Waits for work, for a limited time of the clock. */
  readonly wait: Wait;

  readonly #unanswered: TransportUnderTest['unanswered'];
  readonly #subscriptions = new Subscription();
  readonly #connections = new Set<Connection>();

  constructor(transports: TransportUnderTest, window: number, patience: number) {
    this.server = transports.server;
    this.client = transports.client;
    this.#unanswered = transports.unanswered;
    this.scheduler = transports.scheduler ?? asyncScheduler;
    this.window = window;
    this.wait = <T>(what: string, work: Promise<T>): Promise<T> => {
      const late = (): Observable<never> =>
        throwError(() => new Error(`waited for ${what}, and ${patience} ms were not enough`));
      const inTime = from(work).pipe(
        timeout<T, Observable<never>>({ first: patience, scheduler: this.scheduler, with: late }),
      );
      return firstValueFrom(inTime);
    };
  }

  /** The present moment of the clock. */
  now(): number {
    return this.scheduler.now();
  }

  /** Lets time pass, to see that something does not happen meanwhile. What is to happen is waited for. */
  async passTime(milliseconds: number = A_WHILE): Promise<void> {
    await firstValueFrom(timer(milliseconds, this.scheduler));
  }

  /** Waits until no byte has moved for a while. */
  async standstill({ traffic }: Pick<Connection, 'traffic'>): Promise<Traffic> {
    const still = traffic.pipe(
      switchMap((totals) => timer(2 * A_WHILE, this.scheduler).pipe(map(() => totals))),
    );
    return this.wait('the traffic to stand still', firstValueFrom(still));
  }

  /** Subscribes, until the end of the case at the latest. */
  record<T>(what: string, source: Observable<T>): Recording<T> {
    return this.#own(new Recording(what, source, this.wait));
  }

  /** Reads a connection. */
  read({ received }: Pick<Connection, 'received'>, what = 'received'): Reading {
    return this.#own(new Reading(what, received, this.wait));
  }

  /** Sends on a connection, and waits until all of it was handed over. */
  async send(connection: Connection, values: ObservableInput<Bytes>): Promise<void> {
    await this.record('a send', connection.send(values)).completes();
  }

  /** Waits until a connection has read so many bytes, whoever takes them. */
  async hasRead({ traffic }: Pick<Connection, 'traffic'>, bytes: number): Promise<void> {
    const totals = this.record('traffic', traffic);
    await totals.until(`${bytes} bytes to be read`, () => (totals.values.at(-1)?.bytesRead ?? 0) >= bytes);
  }

  /** Waits until a connection, or a server, is closed, and gives its summary. */
  async closed<Summary>(
    { closed }: { readonly closed: Observable<Summary> },
    what = 'a connection',
  ): Promise<Summary> {
    return this.wait(`${what} to be closed`, firstValueFrom(closed));
  }

  /** What nobody answers; only for cases that need it. */
  unansweredDial(): NonNullable<TransportUnderTest['unanswered']> {
    ok(
      this.#unanswered !== undefined,
      'the trait `unanswered` wants `unanswered` of the transport under test',
    );
    return this.#unanswered;
  }

  /** What a case has to clean up besides. */
  atEnd(cleanup: () => void): void {
    this.#subscriptions.add(cleanup);
  }

  bindOptions(options: BindOptions = {}): BindOptions {
    return { scheduler: this.scheduler, closeTimeout: CLOSE_TIMEOUT, ...options };
  }

  connectOptions(options: ConnectOptions = {}): ConnectOptions {
    return { scheduler: this.scheduler, closeTimeout: CLOSE_TIMEOUT, ...options };
  }

  async bind(options: BindOptions = {}): Promise<Bound> {
    const binding = this.record('bind', this.server.bind(this.bindOptions(options)));
    const server = await binding.first();
    return {
      server,
      binding,
      accept: async () =>
        this.track(await this.wait('a connection to accept', firstValueFrom(server.connections))),
      stop: () => {
        binding.stop();
        return this.wait('the server to be closed', firstValueFrom(server.closed));
      },
    };
  }

  /** The endpoint of what was begun with `listen`: nothing tells when it is there, so the clock is. */
  async listening(): Promise<Endpoint> {
    const endpoints = timer(0, 1, this.scheduler).pipe(map(() => this.server.endpoint));
    const bound = firstValueFrom(endpoints.pipe(filter((endpoint) => endpoint !== undefined)));
    return this.wait('the server to listen', bound);
  }

  /** What `connect` does, as a Recording, whatever that is. */
  dialling(endpoint: string, options: ConnectOptions = {}): Recording<Connection> {
    const connections = this.client.connect(endpoint, this.connectOptions(options));
    return this.record('connect', connections.pipe(tap((connection) => this.track(connection))));
  }

  async dial(endpoint: string, options: ConnectOptions = {}): Promise<Dialled> {
    const dialling = this.dialling(endpoint, options);
    return { dialling, connection: await dialling.first() };
  }

  /** A connection and both of its ends. */
  async pair(options: PairOptions = {}): Promise<Pair> {
    const bound = await this.bind(options.bind);
    return { bound, ...(await this.join(bound, options.connect)) };
  }

  /** One more connection to the same server. */
  async join(bound: Bound, options: ConnectOptions = {}): Promise<Omit<Pair, 'bound'>> {
    const [accepted, { connection: dialled, dialling }] = await Promise.all([
      bound.accept(),
      this.dial(bound.server.endpoint, options),
    ]);
    return { accepted, dialled, dialling };
  }

  /** A server with a handler. */
  async serve(
    handler: (connection: Connection) => ObservableInput<Bytes>,
    options: BindOptions & ServeOptions = {},
  ): Promise<Served> {
    const bound = await this.bind(options);
    const served = bound.server.connections.pipe(
      tap((connection) => this.track(connection)),
      serve(handler, options),
    );
    return { bound, server: bound.server, outcomes: this.record('serve', served) };
  }

  /** Dials, says something, ends, and reads the whole answer. */
  async ask(endpoint: string, question: string): Promise<string> {
    const { connection } = await this.dial(endpoint);
    const answer = this.read(connection, `the answer to ${question}`);
    connection.write(question);
    connection.end();
    return answer.wholeText();
  }

  /** It is aborted at the end of the case, if it lives still. */
  track(connection: Connection): Connection {
    this.#connections.add(connection);
    return connection;
  }

  /** Ends all that the case has opened, and the transports. */
  async dispose(): Promise<void> {
    for (const connection of this.#connections) connection.abort();
    this.#subscriptions.unsubscribe();
    await this.wait('the transports to be closed', Promise.all([this.client.close(), this.server.close()]));
    ok(
      this.server.endpoint === undefined && this.client.endpoint === undefined,
      'close() clears the endpoint',
    );
  }

  #own<R extends Recording<unknown>>(recording: R): R {
    this.#subscriptions.add(() => {
      recording.stop();
    });
    return recording;
  }
}
