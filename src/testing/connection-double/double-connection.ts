import {
  asyncScheduler,
  firstValueFrom,
  NEVER,
  ReplaySubject,
  Subscription,
  type Observable,
  type ObservableInput,
  type SchedulerLike,
} from 'rxjs';
import { errorOf, finalizerError } from '../../connection/connection-context.ts';
import { ConnectionRecord, type Recorded } from '../../connection/connection-record.ts';
import { readConnectionOptions } from '../../connection/connection-options.ts';
import type { CloseSummary, Traffic } from '../../connection/connection.ts';
import { halfCloseMode, type ConnectionRole } from '../../connection/half-close.ts';
import { pullIterator } from '../../connection/pull-iterator.ts';
import { send } from '../../connection/send.ts';
import { Senders, type SendersHost } from '../../connection/senders.ts';
import type { Endpoint } from '../../endpoint/endpoint.ts';
import { choiceOption } from '../../errors/choice-option.ts';
import { TransportError } from '../../errors/transport-error.ts';
import type { ConnectionDouble, ConnectionDoubleOptions } from './connection-double-options.ts';
import { ReceivedValues, type ReceivingHost } from './received-values.ts';
import { WrittenValues, type WritingHost } from './written-values.ts';

let doubles = 0;

/**
 * The one object that the parts of a double talk to.
 *
 * ```text
 *   open ── end, close, FIN of the peer and nobody sends ──▶ ended ── the peer's end was read ──▶ closed
 *    └──── abort, loss ──▶ nothing goes out any more ──────────────── and was told ─────────────▶ closed, with an error
 * ```
 */
export class DoubleConnection<In, Out>
  implements ConnectionDouble<In, Out>, ReceivingHost, WritingHost, SendersHost, Recorded
{
  readonly id: string;
  readonly local: Endpoint;
  readonly remote: Endpoint;

  readonly #role: ConnectionRole;
  readonly #clock: Pick<SchedulerLike, 'now'>;
  readonly #inbound: ReceivedValues<In> = new ReceivedValues<In>(this);
  readonly #outbound: WrittenValues<Out>;
  readonly #senders: Senders = new Senders(this);
  readonly #record: ConnectionRecord;
  readonly #draining = new ReplaySubject<void>(1);
  // All that comes from outside, until the connection is over.
  readonly #outside = new Subscription();
  #bytesRead = 0;
  #peerEnded = false;

  constructor(options: ConnectionDoubleOptions<In>) {
    doubles += 1;
    const { id = `double-${doubles}`, local = 'here:1', remote = 'there:2', maxWriteBuffer } = options;
    this.id = id;
    this.local = local;
    this.remote = remote;
    this.#role = choiceOption('role', options.role, 'accepted', ['accepted', 'dialled']);
    this.#outbound = new WrittenValues<Out>(this, bytesOf, readConnectionOptions({ maxWriteBuffer }));
    this.#clock = options.scheduler ?? asyncScheduler;
    this.#record = new ConnectionRecord(this);
    this.#sense();
    this.#listen(options);
  }

  get received(): Observable<In> {
    return this.#inbound.received;
  }

  get written(): Observable<Out> {
    return this.#outbound.values;
  }

  get holding(): Observable<boolean> {
    return this.#inbound.holding;
  }

  get congested(): Observable<boolean> {
    return this.#outbound.congested;
  }

  get draining(): Observable<void> {
    return this.#draining.asObservable();
  }

  get traffic(): Observable<Traffic> {
    return this.#record.traffic;
  }

  get closed(): Observable<CloseSummary> {
    return this.#record.closed;
  }

  write(value: Out): boolean {
    const outbound = this.#outbound;
    if (!outbound.open) {
      outbound.refused += 1;
      return false;
    }
    if (outbound.put(value, encodesNothing, true)) return outbound.hasRoom;
    this.abort(outbound.overflowError());
    return false;
  }

  send(values: ObservableInput<Out>): Observable<never> {
    const [outbound, senders] = [this.#outbound, this.#senders];
    return send(values, { context: this, outbound, senders, encode: encodesNothing });
  }

  hold(): Subscription {
    return this.#inbound.hold();
  }

  end(): void {
    this.#outbound.end();
    this.#senders.failUnfinished(() => this.#record.error ?? this.#outbound.closedError());
    this.#sense();
    this.#finishIfOver();
  }

  close(): Promise<CloseSummary> {
    this.#letGo();
    return firstValueFrom(this.closed);
  }

  abort(reason?: unknown): void {
    if (this.#record.finished) return;
    const detail = reason instanceof Error ? reason.message : undefined;
    const error = TransportError.is(reason) ? reason : errorOf(this, 'ERR_ABORTED', 'close', detail, reason);
    this.#lose(error);
    this.#inbound.drop(error);
    this.#sense();
  }

  [Symbol.asyncIterator](): AsyncIterator<In, undefined> {
    return pullIterator(this);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  now(): number {
    return this.#clock.now();
  }

  totals(): Omit<CloseSummary, 'duration' | 'error'> {
    return {
      bytesRead: this.#bytesRead,
      bytesWritten: this.#outbound.accepted - this.#outbound.waiting,
      bytesDiscarded: this.#outbound.waiting,
      writesRefused: this.#outbound.refused,
    };
  }

  onThrow(cause: unknown): void {
    this.abort(finalizerError(this, cause));
  }

  onWritten(): void {
    this.#record.moved();
  }

  onSendersChange(): void {
    this.#sense();
    if (this.#peerEnded && this.#senders.none) this.end();
  }

  onReceivedSettled(): void {
    if (this.#inbound.end?.kind === 'fin') this.#onPeerEnd();
    this.#finishIfOver();
  }

  #listen({ received = NEVER, congested = NEVER, draining = NEVER }: ConnectionDoubleOptions<In>): void {
    const told = draining.subscribe(() => {
      this.#draining.next();
      this.#draining.complete();
    });
    const behind = congested.subscribe((isCongested) => {
      this.#outbound.isCongested = isCongested;
    });
    this.#outside.add(told);
    this.#outside.add(behind);
    this.#outside.add(
      received.subscribe({
        next: (value) => {
          this.#bytesRead += bytesOf(value);
          this.#inbound.push(value);
          this.#record.moved();
        },
        error: (cause: unknown) => {
          const error = TransportError.is(cause)
            ? cause
            : errorOf(this, 'ERR_CONNECTION_RESET', 'read', undefined, cause);
          this.#lose(error);
          this.#inbound.finish({ kind: 'lost', error });
        },
        complete: () => {
          this.#inbound.finish({ kind: 'fin' });
        },
      }),
    );
  }

  /** An accepted connection does not look for the peer's end before somebody reads or sends (rules 6 and 12). */
  #sense(): void {
    this.#inbound.sense(this.#role === 'dialled' || !this.#senders.none || !this.#outbound.open);
  }

  #onPeerEnd(): void {
    this.#peerEnded = true;
    if (halfCloseMode(this.#role, undefined) === 'not at all') {
      this.#outbound.end();
      this.#senders.failUnfinished(() => errorOf(this, 'ERR_PEER_ENDED', 'write'));
    } else {
      this.onSendersChange();
    }
  }

  #letGo(): void {
    if (this.#record.finished) return;
    this.end();
    // The peer answers our FIN with its own, and says nothing more.
    this.#outside.unsubscribe();
    this.#inbound.letGo();
    this.#inbound.finish({ kind: 'fin' });
  }

  #lose(error: TransportError): void {
    this.#outbound.gone(this.#record.blame(error));
  }

  #finishIfOver(): void {
    if (this.#outbound.open || !this.#inbound.settled || this.#record.finished) return;
    const { error } = this.#record;
    this.#outside.unsubscribe();
    this.#outbound.gone(error);
    this.#draining.complete();
    this.#senders.fail(() => error ?? this.#outbound.closedError());
    this.#record.finish(() => undefined);
  }
}

function encodesNothing(): void {
  // Values go through as they are.
}

function bytesOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  return value instanceof Uint8Array ? value.length : 1;
}
