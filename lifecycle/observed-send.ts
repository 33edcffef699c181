import type { Subscription } from 'rxjs';
import { TransportError } from '../src/index.ts';
import type { ObservedEnd } from './observed-end.ts';
import { sendSource, type SendSource, type SourceKind } from './send-source.ts';
import { makeValue, type ValueShape } from './values.ts';

/** A send of one side, its source and what became of it. */
export class ObservedSend {
  readonly source: SendSource;
  /** `complete`, the code that it failed with, or `source` for the error of its source. */
  outcome: string | undefined;
  /** The run has told the source to say no more. */
  exhausted = false;
  cancelled = false;
  readonly #end: ObservedEnd;
  readonly #failure: Error = new Error('the source has failed');
  // Bytes of this side up to the last value of the source.
  #mark = 0;
  #subscription: Subscription | undefined;

  constructor(end: ObservedEnd, kind: SourceKind, shapes: readonly ValueShape[]) {
    this.#end = end;
    this.source = sendSource(kind);
    if (kind === 'pull') {
      for (const shape of shapes) this.source.feed(() => this.#make(shape));
      this.exhausted = true;
    }
    this.#subscription = end.connection.send(this.source.values).subscribe({
      error: (error: unknown) => {
        this.#onError(error);
      },
      complete: () => {
        this.#onComplete();
      },
    });
    if (kind !== 'pull') for (const shape of shapes) this.feed(shape);
  }

  /** It is still at work. */
  get active(): boolean {
    return this.outcome === undefined && !this.cancelled;
  }

  feed(shape: ValueShape): void {
    if (!this.active || this.exhausted) return;
    const { surelyAccepts, outgoing, model } = this.#end;
    const waiting = outgoing.total - this.#end.bytesWritten();
    this.source.feed(() => this.#make(shape));
    // What was pushed past the limit was not accepted, and the send says so at once.
    if (this.source.kind === 'push' && this.outcome === 'ERR_WRITE_OVERFLOW') this.#end.outgoing.loseLast();
    else if (this.source.kind === 'push' && model.whole) this.#end.checkRoom(waiting, shape.size);
    if (surelyAccepts) this.#end.accepted = this.#end.outgoing.total;
  }

  finish(): void {
    this.exhausted = true;
    this.source.finish();
  }

  fail(): void {
    this.exhausted = true;
    this.source.fail(this.#failure);
  }

  cancel(): void {
    this.cancelled = true;
    this.#subscription?.unsubscribe();
  }

  /** The source of what is over was let go. */
  checkSource(): void {
    if (this.active) return;
    const { kind, released } = this.source;
    this.#end.ledger.check(
      'sourceEnds',
      this.exhausted || released(),
      () => `${this.#end.name} still has the ${kind} source of a send that is over (${String(this.outcome)})`,
    );
  }

  #make(shape: ValueShape): Uint8Array | string {
    const value = makeValue(this.#end.outgoing.count, shape);
    this.#end.outgoing.add(value.bytes);
    this.#mark = this.#end.outgoing.total;
    return value.given;
  }

  #onComplete(): void {
    const { ledger, name, outgoing } = this.#end;
    const bytesWritten = this.#end.bytesWritten();
    this.outcome = 'complete';
    ledger.count('send: complete');
    const left = this.source.left();
    ledger.check(
      'sendFlushed',
      this.exhausted && left === 0,
      () => `a send of ${name} completed before its source had, which has ${left} values left`,
    );
    ledger.check(
      'sendFlushed',
      bytesWritten >= this.#mark,
      () => `${bytesWritten} bytes of ${name} are in the kernel, of ${this.#mark} (${outgoing.total} in all)`,
    );
  }

  #onError(error: unknown): void {
    const { ledger, name } = this.#end;
    this.outcome = error === this.#failure ? 'source' : TransportError.is(error) ? error.code : 'unknown';
    ledger.count(`send: ${this.outcome}`);
    ledger.check(
      'errors',
      this.outcome !== 'unknown',
      () => `a send of ${name} failed with ${String(error)}`,
    );
    ledger.check(
      'sendSettles',
      !this.cancelled,
      () => `a send of ${name} that was unsubscribed failed with ${this.outcome ?? ''}`,
    );
    ledger.check(
      'sendCode',
      this.outcome === 'source' || this.#end.model.failSend(this.outcome),
      () => `a send of ${name} failed with ${this.outcome ?? ''}`,
    );
  }
}
