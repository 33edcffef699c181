import { BehaviorSubject, Observable, Subscription, distinctUntilChanged, map } from 'rxjs';
import { errorOf, type ConnectionContext } from '../../connection/connection-context.ts';
import { ExclusiveReader, type ReaderHost } from '../../connection/exclusive-reader.ts';
import type { TransportError } from '../../errors/transport-error.ts';

/** The connection that values are received by. */
export interface ReceivingHost extends ConnectionContext {
  /** The peer's end, or the loss, is known, and no reader waits for what came before it. */
  onReceivedSettled(): void;
}

/** How the peer ended: by FIN, or the connection was lost. */
export type PeerEnd = { readonly kind: 'fin' } | { readonly kind: 'lost'; readonly error: TransportError };

/**
 * What the peer of a double sends: kept until there is a reader that does not hold, and not one value longer.
 *
 * ```text
 *   push ─▶ kept ─── reader, and no hold ──▶ next
 *   finish ─▶ ────── nothing kept any more ─▶ complete or error ─▶ settled
 * ```
 */
export class ReceivedValues<In> implements ReaderHost {
  readonly #host: ReceivingHost;
  readonly #reader: ExclusiveReader<In> = new ExclusiveReader(this);
  readonly #holds = new BehaviorSubject(0);
  #kept: In[] = [];
  #end: PeerEnd | undefined;
  #sensing = false;
  #letGo = false;
  #told = false;
  #settled = false;
  #delivering = false;

  constructor(host: ReceivingHost) {
    this.#host = host;
  }

  get received(): Observable<In> {
    return new Observable((subscriber) => {
      this.#reader.subscribe(subscriber);
    });
  }

  get holding(): Observable<boolean> {
    return this.#holds.pipe(
      map((holds) => holds > 0),
      distinctUntilChanged(),
    );
  }

  /** The end is known, and no reader waits for values that came before it. */
  get settled(): boolean {
    return this.#settled;
  }

  get end(): PeerEnd | undefined {
    return this.#end;
  }

  hold(): Subscription {
    this.#holds.next(this.#holds.value + 1);
    return new Subscription(() => {
      this.#holds.next(this.#holds.value - 1);
      this.#flow();
    });
  }

  /** Whether the end is noticed while nobody reads. */
  sense(on: boolean): void {
    this.#sensing = on;
    this.#flow();
  }

  push(value: In): void {
    this.#kept.push(value);
    this.#flow();
  }

  /** Only the first end counts. */
  finish(end: PeerEnd): void {
    this.#end ??= end;
    this.#flow();
  }

  /** What nobody has read yet is thrown away, so that the reason reaches even a reader that holds. */
  drop(error: TransportError): void {
    if (this.#end === undefined || this.#kept.length > 0) this.#end = { kind: 'lost', error };
    this.#kept = [];
    this.#flow();
  }

  /** Whoever reads may finish, and nobody else may begin. */
  letGo(): void {
    this.#letGo = true;
  }

  refusal(): TransportError | undefined {
    if (!this.#letGo) return undefined;
    return this.#end?.kind === 'lost' ? this.#end.error : errorOf(this.#host, 'ERR_CLOSED', 'read');
  }

  alreadyReading(): TransportError {
    return errorOf(this.#host, 'ERR_ALREADY_READING', 'read');
  }

  onThrow(cause: unknown): void {
    this.#host.onThrow(cause);
  }

  onReaderChange(): void {
    this.#flow();
  }

  /** Every change of the state calls it. */
  #flow(): void {
    // From within `next`: the loop below looks at everything again.
    if (this.#delivering) return;
    this.#delivering = true;
    while (this.#deliver());
    this.#delivering = false;
    if (this.#end === undefined || this.#reader.present || this.#settled) return;
    if (!this.#told && !this.#sensing) return;
    this.#settled = true;
    this.#host.onReceivedSettled();
  }

  /** @returns whether there is more to do */
  #deliver(): boolean {
    if (!this.#reader.present) return false;
    if (this.#kept.length === 0) {
      if (this.#end === undefined) return false;
      this.#told = true;
      this.#reader.finish(this.#end.kind === 'lost' ? this.#end.error : undefined);
      return true;
    }
    if (this.#holds.value > 0) return false;
    this.#reader.next(this.#kept.shift() as In);
    return true;
  }
}
