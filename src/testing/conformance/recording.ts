import { deepEqual, equal, ok } from 'node:assert/strict';
import { first, firstValueFrom, startWith, Subject, type Observable, type Subscription } from 'rxjs';
import type { TransportErrorCode } from '../../errors/error-codes.ts';
import { TransportError } from '../../errors/transport-error.ts';

/** Waits for work, for a limited time; `what` is told when it was in vain. */
export type Wait = <T>(what: string, work: Promise<T>) => Promise<T>;

type End = { readonly kind: 'complete' } | { readonly kind: 'error'; readonly error: unknown };

/** All that an Observable has done so far, and a way to wait for what it is to do. */
export class Recording<T> {
  readonly values: T[] = [];
  readonly what: string;
  readonly #wait: Wait;
  readonly #changed = new Subject<void>();
  readonly #subscription: Subscription;
  #end: End | undefined;

  constructor(what: string, source: Observable<T>, wait: Wait) {
    this.what = what;
    this.#wait = wait;
    this.#subscription = source.subscribe({
      next: (value) => {
        this.values.push(value);
        this.#changed.next();
      },
      error: (error: unknown) => {
        this.#finish({ kind: 'error', error });
      },
      complete: () => {
        this.#finish({ kind: 'complete' });
      },
    });
  }

  get ended(): boolean {
    return this.#end !== undefined;
  }

  stop(): void {
    this.#subscription.unsubscribe();
  }

  /** The first value. */
  async first(): Promise<T> {
    await this.atLeast(1);
    const [value] = this.values;
    return value as T;
  }

  async atLeast(count: number): Promise<void> {
    await this.until(`${this.what}: value number ${count}`, () => this.values.length >= count);
  }

  /** Waits for a condition, which no later change will meet if the end does not. */
  async until(what: string, isMet: () => boolean): Promise<void> {
    await this.#when(what, () => isMet() || this.ended);
    ok(isMet(), `${what}: it never came, because there was ${this.#described()} first`);
  }

  /** Waits for the completion, and gives all values. */
  async completes(): Promise<readonly T[]> {
    await this.ends();
    equal(this.#described(), 'a completion', this.what);
    return this.values;
  }

  /** Waits for an error of ours. */
  async fails(code: TransportErrorCode): Promise<TransportError> {
    const error = await this.failsWith();
    ok(TransportError.is(error), `${this.what}: ${String(error)} is no TransportError`);
    equal(error.code, code, this.what);
    return error;
  }

  /** Waits for an error, whatever it is. */
  async failsWith(): Promise<unknown> {
    await this.ends();
    ok(this.#end?.kind === 'error', `${this.what}: there was ${this.#described()} instead of an error`);
    return this.#end.error;
  }

  /** Waits for the end, whatever it is. */
  async ends(): Promise<void> {
    await this.#when(`the end of ${this.what}`, () => this.ended);
  }

  /** What there was is this, and nothing else until now. */
  is(values: readonly T[]): void {
    deepEqual(this.values, values, this.what);
  }

  isOver(): void {
    ok(this.ended, `${this.what} is not over yet`);
  }

  isOpen(): void {
    ok(!this.ended, `${this.what}: there was ${this.#described()} already`);
  }

  async #when(what: string, isMet: () => boolean): Promise<void> {
    await this.#wait(what, firstValueFrom(this.#changed.pipe(startWith(undefined), first(isMet))));
  }

  #finish(end: End): void {
    const before = this.#end;
    this.#end = end;
    ok(before === undefined, `${this.what} has ended twice`);
    this.#changed.next();
  }

  #described(): string {
    if (this.#end === undefined) return 'no end';
    return this.#end.kind === 'complete' ? 'a completion' : `an error (${String(this.#end.error)})`;
  }
}
