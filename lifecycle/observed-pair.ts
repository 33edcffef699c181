import type { Subscription } from 'rxjs';
import { TransportError, type Connection } from '../src/index.ts';
import { CLOSE_TIMEOUT, EndModel, type PairModel } from './end-model.ts';
import { ObservedEnd, type Scene } from './observed-end.ts';
import { owedBy, type Owed } from './owed.ts';

/** A dialled connection as its owner sees it. */
export interface Dialled {
  readonly connection: Connection;
  readonly subscription: Subscription;
  /** How `connect` has told that it is over. */
  readonly outcome: () => { readonly error?: unknown } | undefined;
}

/** Both ends of one connection. */
export class ObservedPair {
  readonly dialled: ObservedEnd;
  readonly accepted: ObservedEnd;
  readonly model: PairModel;
  readonly #dial: Dialled;
  readonly #scene: Scene;
  #unsubscribed = false;

  constructor(name: string, dial: Dialled, accepted: Connection, maxWriteBuffer: number, scene: Scene) {
    this.#dial = dial;
    this.#scene = scene;
    this.model = { broken: false, maxWriteBuffer };
    const here = new EndModel('dialled', this.model);
    const there = new EndModel('accepted', this.model);
    here.peer = there;
    there.peer = here;
    this.dialled = new ObservedEnd(`${name}.dialled`, dial.connection, here, scene);
    this.accepted = new ObservedEnd(`${name}.accepted`, accepted, there, scene);
    this.dialled.peer = this.accepted;
    this.accepted.peer = this.dialled;
  }

  get ends(): readonly ObservedEnd[] {
    return [this.dialled, this.accepted];
  }

  get closed(): boolean {
    return this.dialled.closed && this.accepted.closed;
  }

  get owed(): Owed[] {
    const owed = this.ends.flatMap(owedBy);
    if (this.dialled.closed && !this.#unsubscribed) {
      const met = this.#dial.outcome() !== undefined;
      owed.push({
        invariant: 'connect',
        met,
        detail: () => `${this.dialled.name} is closed, and connect goes on`,
      });
    }
    return owed;
  }

  /** Whoever dialled unsubscribes. */
  unsubscribe(): void {
    this.#unsubscribed = true;
    this.dialled.leave(() => {
      this.#dial.subscription.unsubscribe();
    });
  }

  /** A graceful close that took too long is none any more. Before the clock goes on, because it tells at once. */
  beforeTime(now: number): void {
    for (const { model, closed } of this.ends) {
      if (!closed && model.letGoAt + CLOSE_TIMEOUT <= now) model.abort();
    }
  }

  afterTime(now: number): void {
    for (const end of this.ends) {
      if (end.model.letGoAt + CLOSE_TIMEOUT > now) continue;
      this.#scene.ledger.check(
        'closeTimeout',
        end.closed || end.model.aborted,
        () => `${end.name} was let go at ${end.model.letGoAt} and lives at ${now}`,
      );
    }
  }

  checkAlways(): void {
    for (const end of this.ends) end.checkAlways();
  }

  async checkClosed(): Promise<void> {
    const { ledger } = this.#scene;
    for (const end of this.ends) end.checkCounters();
    this.#checkConnect();
    for (const end of this.ends) this.#checkDelivery(end);
    for (const end of this.ends) await end.checkAfterwards();
    ledger.count('connections');
  }

  #checkConnect(): void {
    const outcome = this.#dial.outcome();
    const lost = this.dialled.summary?.error;
    if (this.#unsubscribed && outcome === undefined) return;
    const told = outcome?.error;
    this.#scene.ledger.check(
      'connect',
      told === lost && (told === undefined || TransportError.is(told)),
      () => `connect told ${String(told)}, and closed ${String(lost)}`,
    );
  }

  /** Of a pair that nothing has broken, and whose readers stayed, every byte has come. */
  #checkDelivery(end: ObservedEnd): void {
    const { reader, peer, name } = end;
    if (this.model.broken || reader.missed || reader.terminal !== 'complete') return;
    const written = peer?.summary?.bytesWritten ?? 0;
    this.#scene.ledger.check(
      'fin',
      reader.delivered === written,
      () => `${name} was told complete after ${reader.delivered} bytes of ${written}`,
    );
  }
}
