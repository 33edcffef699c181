import { firstValueFrom, type Subscription } from 'rxjs';
import { TransportError, type CloseSummary, type Connection } from '../src/index.ts';
import type { EndModel } from './end-model.ts';
import type { Ledger } from './ledger.ts';
import type { Medium } from './medium.ts';
import { ObservedReader, type ReadingWay } from './observed-reader.ts';
import { ObservedSend } from './observed-send.ts';
import type { SourceKind } from './send-source.ts';
import { ExpectedStream, makeValue, scribble, type ValueShape } from './values.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What all ends of a run have in common. */
export interface Scene {
  readonly ledger: Ledger;
  readonly clock: VirtualClock;
  readonly medium: Medium;
}

/** One end of a connection, and everything that it has shown. */
export class ObservedEnd {
  readonly name: string;
  readonly connection: Connection;
  readonly model: EndModel;
  readonly ledger: Ledger;
  readonly scene: Scene;
  readonly outgoing: ExpectedStream = new ExpectedStream();
  readonly sends: ObservedSend[] = [];
  readonly reader: ObservedReader;
  readonly #holds: Subscription[] = [];
  readonly #openedAt: number;
  peer: ObservedEnd | undefined;
  /** Bytes that were accepted for certain. */
  accepted = 0;
  /** Calls of `write` that had to be refused. */
  refused = 0;
  /** One that was either refused or over `maxWriteBuffer`: which of the two is not to be seen from outside. */
  doubtful = 0;
  summary: CloseSummary | undefined;
  drainingTold = 0;

  constructor(name: string, connection: Connection, model: EndModel, scene: Scene) {
    this.name = name;
    this.connection = connection;
    this.model = model;
    this.ledger = scene.ledger;
    this.scene = scene;
    this.#openedAt = scene.clock.now;
    this.reader = new ObservedReader(this);
    connection.closed.subscribe({
      next: (summary) => {
        this.#onClosed(summary);
      },
      error: (error: unknown) => {
        this.ledger.check('closedOnce', false, () => `closed of ${name} failed with ${String(error)}`);
      },
    });
    connection.draining.subscribe(() => (this.drainingTold += 1));
  }

  get closed(): boolean {
    return this.summary !== undefined;
  }

  get sending(): boolean {
    return this.sends.some(({ active }) => active);
  }

  /** Whatever is written now is taken: an accepted side stays open after the end of its peer while it sends (rule 12). */
  get surelyAccepts(): boolean {
    const { model } = this;
    if (model.whole) return true;
    return model.role === 'accepted' && !model.finished && !model.pair.broken && this.sending;
  }

  /** What the peer has handed over; empty until the two ends know each other. */
  get incoming(): ExpectedStream | undefined {
    return this.peer?.outgoing;
  }

  bytesWritten(): number {
    return this.#traffic().bytesWritten;
  }

  bytesRead(): number {
    return this.#traffic().bytesRead;
  }

  isCongested(): boolean {
    const seen: boolean[] = [];
    this.connection.congested.subscribe((congested) => seen.push(congested)).unsubscribe();
    this.ledger.check(
      'congested',
      seen.length === 1,
      () => `congested of ${this.name} said ${seen.join()} at once`,
    );
    return seen[0] === true;
  }

  write(shape: ValueShape): void {
    const { model, ledger, name, outgoing } = this;
    const { whole, finished } = model;
    const waiting = outgoing.total - this.bytesWritten();
    const value = makeValue(outgoing.count, shape);
    outgoing.add(value.bytes);
    const took = this.connection.write(value.given);
    scribble(value);
    const congested = this.isCongested();
    ledger.count(took ? 'write: true' : congested ? 'write: false, congested' : 'write: refused');
    ledger.check('write', !(took && congested), () => `write of ${name} said true, and congested says true`);
    if (finished) {
      this.refused += 1;
      ledger.check('write', !took, () => `write of ${name} said true after its end`);
    } else if (took || (whole && congested)) {
      if (whole) this.checkRoom(waiting, shape.size);
      this.accepted = outgoing.total;
    } else if (whole) {
      this.#onOverflow(waiting + shape.size);
    } else if (!congested && waiting + shape.size > model.pair.maxWriteBuffer) {
      this.doubtful = 1;
      model.pair.broken = true;
    }
  }

  /** What was accepted fits into `maxWriteBuffer`, or nothing else waited. */
  checkRoom(waiting: number, size: number): void {
    const { maxWriteBuffer } = this.model.pair;
    this.ledger.check(
      'overflow',
      waiting === 0 || waiting + size <= maxWriteBuffer,
      () => `${this.name} accepted ${size} bytes with ${waiting} waiting, of ${maxWriteBuffer}`,
    );
  }

  send(kind: SourceKind, shapes: readonly ValueShape[]): void {
    const { finished, whole } = this.model;
    this.model.touched = true;
    const send = new ObservedSend(this, kind, shapes);
    this.sends.push(send);
    if (finished) {
      this.ledger.check(
        'sendCode',
        send.outcome === 'ERR_CLOSED',
        () => `a send of ${this.name} after its end: ${send.outcome ?? 'nothing'}`,
      );
    } else if (whole && kind !== 'pull' && send.active) {
      this.accepted = this.outgoing.total;
    }
  }

  hold(): void {
    this.model.holds += 1;
    this.reader.everHeld = true;
    this.#holds.push(this.connection.hold());
  }

  release(): void {
    const held = this.#holds.pop();
    if (held === undefined) return;
    // Before, because what was held back is delivered from within.
    this.model.holds -= 1;
    held.unsubscribe();
    // A second time changes nothing.
    held.unsubscribe();
  }

  end(): void {
    this.model.end();
    this.connection.end();
  }

  /** Somebody lets go of it, by `close()` or by unsubscribing. */
  leave(letGo: () => void): void {
    if (!this.closed) {
      this.model.leave(this.scene.clock.now);
      if (!this.model.reading) this.reader.missed = true;
    }
    letGo();
  }

  abort(reason: Error): void {
    // What is gone already stays as it is.
    if (!this.closed) {
      this.model.abort(reason);
      this.reader.missed = true;
    }
    this.connection.abort(reason);
  }

  read(way: ReadingWay): void {
    this.reader.read(way);
  }

  /** Whatever is always true of an end. */
  checkAlways(): void {
    for (const send of this.sends) send.checkSource();
    const { model, ledger, name } = this;
    const { reader } = this;
    const bytesRead = this.bytesRead();
    if (model.role === 'accepted' && !model.touched && !model.pair.broken && !this.closed) {
      ledger.check('unread', bytesRead === 0, () => `${name} has read ${bytesRead} bytes`);
    }
    const ahead = bytesRead - reader.delivered;
    // A chunk of Node has 64 KiB, and the one that crosses the mark is whole.
    // What Node has read besides, which is another one and what its stream may keep, comes here when the socket is lost.
    const kept = model.pair.broken ? 128 * 1024 : 0;
    const most = (reader.active ? 256 : 64) * 1024 + 64 * 1024 + kept;
    if (!model.letGo && !model.aborted && (reader.active || !reader.everHeld)) {
      ledger.check('readAhead', ahead <= most, () => `${name} has read ${ahead} bytes that nobody took`);
    }
  }

  #traffic(): { bytesRead: number; bytesWritten: number } {
    let seen = { bytesRead: -1, bytesWritten: -1 };
    this.connection.traffic.subscribe((traffic) => (seen = traffic)).unsubscribe();
    return seen;
  }

  /** A write to a whole connection was neither taken nor congested: then the limit was the reason. */
  #onOverflow(needed: number): void {
    const { maxWriteBuffer } = this.model.pair;
    this.ledger.count('write: overflow');
    this.doubtful = 1;
    this.ledger.check(
      'overflow',
      needed > maxWriteBuffer,
      () =>
        `${this.name} was refused a write with ${needed} bytes on the way, and ${maxWriteBuffer} may wait`,
    );
    this.model.abort();
  }

  #onClosed(summary: CloseSummary): void {
    const { ledger, name, scene, reader } = this;
    const code = summary.error?.code;
    ledger.count(`closed: ${code ?? 'clean'}`);
    ledger.check('closedOnce', this.summary === undefined, () => `${name} is closed a second time`);
    this.summary = summary;
    // Who comes between the end of the peer and the close, and holds, is not waited for; what there is can be read later.
    const passedOver = reader.late && this.model.holds > 0;
    ledger.check(
      'closedOnce',
      !reader.active || passedOver,
      () => `${name} is closed before its reader was told`,
    );
    ledger.check('sendSettles', !this.sending, () => `${name} is closed, and a send of it is at work`);
    const duration = scene.clock.now - this.#openedAt;
    ledger.check(
      'duration',
      summary.duration === duration,
      () => `${name}: ${summary.duration} and not ${duration}`,
    );
    const { error } = summary;
    const { reason, pair } = this.model;
    ledger.check('clean', error === undefined || pair.broken, () => `${name} was lost with ${String(error)}`);
    if (reason !== undefined) {
      ledger.check('aborted', error?.cause === reason, () => `${name} was lost with ${String(error)}`);
    }
    if (error === undefined) return;
    ledger.check(
      'errors',
      TransportError.is(error) && error.connectionId === this.connection.id,
      () => `${name} was lost with ${String(error)}, of connection ${String(error.connectionId)}`,
    );
  }

  /** The counters of a closed side, which has to agree with what was handed over: refused is what came last. */
  checkCounters(): void {
    const { summary, outgoing, ledger, name, peer } = this;
    if (summary === undefined) return;
    const { bytesWritten, bytesDiscarded, bytesRead, error } = summary;
    const refused = this.lateRefusals();
    const taken = outgoing.count - refused;
    const accepted = outgoing.bytesOf(taken);
    const handedOver = bytesWritten + bytesDiscarded;
    ledger.check(
      'counters',
      handedOver === accepted || (this.doubtful === 1 && handedOver === outgoing.bytesOf(taken - 1)),
      () =>
        `${name} took ${accepted} bytes, refused ${refused} values of ${outgoing.count}, wrote ${bytesWritten}, ` +
        `discarded ${bytesDiscarded}`,
    );
    ledger.check(
      'counters',
      refused >= this.refused,
      () => `${name} refused ${refused} values, and had to refuse ${this.refused}`,
    );
    ledger.check(
      'counters',
      handedOver >= this.accepted,
      () => `${name} took ${handedOver} bytes, and had to take ${this.accepted}`,
    );
    const got = peer?.reader.delivered ?? 0;
    ledger.check('counters', got <= accepted, () => `${got} bytes came of ${accepted} that ${name} took`);
    const { delivered } = this.reader;
    ledger.check('counters', delivered <= bytesRead, () => `${name} delivered ${delivered} of ${bytesRead}`);
    if (error !== undefined || peer?.summary === undefined || peer.summary.error !== undefined) return;
    ledger.check(
      'counters',
      bytesDiscarded === 0 && peer.summary.bytesRead === bytesWritten,
      () =>
        `${name} wrote ${bytesWritten} bytes and discarded ${bytesDiscarded}; its peer read ${peer.summary?.bytesRead ?? 0}`,
    );
  }

  /** Refused so far, as `closed` says it now: it goes on counting. */
  lateRefusals(): number {
    let count = Number.NaN;
    this.connection.closed.subscribe(({ writesRefused }) => (count = writesRefused)).unsubscribe();
    return count;
  }

  /** What a closed connection says to whoever goes on with it. */
  async checkAfterwards(): Promise<void> {
    const { connection, ledger, name } = this;
    const before = this.lateRefusals();
    const took = connection.write('too late');
    const after = this.lateRefusals();
    ledger.check(
      'afterwards',
      !took && after === before + 1,
      () => `${name}: ${String(took)}, ${before}, ${after}`,
    );
    let code: unknown;
    connection
      .send(['too late'])
      .subscribe({ error: (error: unknown) => (code = TransportError.is(error) ? error.code : error) });
    ledger.check('afterwards', code === 'ERR_CLOSED', () => `a send of ${name} after all: ${String(code)}`);
    ledger.check('afterwards', !this.isCongested(), () => `${name} is congested after all`);
    connection.hold().unsubscribe();
    connection.end();
    connection.abort(new Error('too late'));
    const { error } = await connection.close();
    const first = this.summary?.error;
    ledger.check(
      'closedOnce',
      error === first,
      () => `${name}: ${String(error)}, and before ${String(first)}`,
    );
    const replayed = await firstValueFrom(connection.closed);
    ledger.check(
      'closedOnce',
      replayed.bytesRead === this.summary?.bytesRead && replayed.bytesWritten === this.summary.bytesWritten,
      () => `${name} has moved bytes after its end`,
    );
  }
}
