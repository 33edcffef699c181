import { connect, type Connection } from '../src/index.ts';
import { CLOSE_TIMEOUT, GRACE_PERIOD } from './end-model.ts';
import { eventually, turn, turns } from './event-loop.ts';
import type { Ledger } from './ledger.ts';
import type { Medium } from './medium.ts';
import type { ObservedEnd, Scene } from './observed-end.ts';
import { ObservedPair, type Dialled } from './observed-pair.ts';
import { ObservedServer, type RunOptions } from './observed-server.ts';
import type { Owed } from './owed.ts';
import { VirtualClock } from './virtual-clock.ts';

type Dial = { readonly dialled: Dialled } | { readonly error: unknown };

/** The real side of a run: its server, its connections, and its clock. */
export class World implements Scene {
  readonly ledger: Ledger;
  readonly medium: Medium;
  readonly clock: VirtualClock = new VirtualClock();
  readonly options: RunOptions;
  readonly pairs: ObservedPair[] = [];
  server: ObservedServer | undefined;
  readonly #past: ObservedServer[] = [];
  readonly #connectionsOf = new Map<ObservedPair, ObservedServer>();
  readonly #handles: number;
  #strays = 0;
  #straysOpen = 0;

  constructor(medium: Medium, options: RunOptions, ledger: Ledger) {
    this.medium = medium;
    this.options = options;
    this.ledger = ledger;
    this.#handles = handles();
  }

  get open(): readonly ObservedPair[] {
    return this.pairs.filter(({ closed }) => !closed);
  }

  async bind(): Promise<void> {
    if (this.server !== undefined) this.#past.push(this.server);
    this.server = await ObservedServer.bind(this, this.options);
  }

  /** Dials, and waits until both ends are there. */
  async dial(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    const { refused } = server;
    const dial = await this.#connect(server);
    if ('error' in dial) {
      // Who is refused by a full server is connected for a moment; with TLS, its handshake fails.
      if (server.state === 'listening') this.#checkFull(server, String(dial.error));
      else server.checkRefusal(dial.error);
      return;
    }
    const { dialled } = dial;
    let accepted: Connection | undefined;
    const answered = await eventually(() => {
      accepted ??= this.#partner(server, dialled.connection);
      return accepted !== undefined || server.refused > refused;
    });
    if (accepted !== undefined) this.#pair(server, dialled, accepted);
    else await this.#refused(server, dialled, answered);
  }

  /** Dials and unsubscribes before anything can come of it. */
  async dialAndLeave(later: boolean): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    const { refused } = server;
    let emitted = 0;
    const subscription = connect(server.server.endpoint, this.#dialOptions()).subscribe({
      next: () => (emitted += 1),
      error: () => (emitted += 1),
      complete: () => (emitted += 1),
    });
    if (later) await Promise.resolve();
    const before = emitted;
    subscription.unsubscribe();
    await turns(3);
    this.ledger.check(
      'leaving',
      emitted === before,
      () => `it told ${emitted - before} things after it was left`,
    );
    if (this.medium.addresses) {
      // Node dials in the next tick, or later.
      const came = server.arrived.length;
      this.ledger.check('leaving', later || came === 0, () => 'it was accepted all the same');
    } else if (server.state === 'listening') {
      // A Unix socket is connected within the call, and the server finds one that was left; it must not be taken for another.
      const came = await eventually(() => server.arrived.length > 0 || server.refused > refused);
      this.ledger.check('leaving', came, () => 'the server has not seen it');
    }
    this.#rejectStrays(server);
  }

  drain(): void {
    const { server } = this;
    if (server === undefined) return;
    server.drain(this.clock.now, this.#openOf(server));
    for (const pair of this.#pairsOf(server)) {
      this.ledger.check(
        'draining',
        pair.accepted.drainingTold === 1 || pair.accepted.closed,
        () => `${pair.accepted.name} was told ${pair.accepted.drainingTold} times of the drain`,
      );
      this.ledger.check(
        'draining',
        pair.dialled.drainingTold === 0,
        () => 'a dialled one was told of a drain',
      );
    }
  }

  stop(): void {
    const { server } = this;
    if (server === undefined) return;
    this.#leaveAccepted(server, () => {
      server.stop(this.#openOf(server));
    });
  }

  pass(milliseconds: number): void {
    const { server } = this;
    const until = this.clock.now + milliseconds;
    for (const pair of this.pairs) pair.beforeTime(until);
    if (server?.state === 'draining' && server.outcome === undefined) {
      // First up to the moment when the drain has waited long enough: what it closes then has time from then on.
      const graceEnds = server.drainedAt + GRACE_PERIOD;
      if (graceEnds <= until) {
        this.clock.pass(Math.max(0, graceEnds - 1 - this.clock.now));
        this.#leaveAccepted(server, () => {
          this.clock.pass(graceEnds - this.clock.now);
        });
        this.ledger.check('drained', server.outcome !== undefined, () => 'bind goes on after gracePeriod');
        for (const pair of this.pairs) pair.beforeTime(until);
      }
    }
    this.clock.pass(until - this.clock.now);
    for (const pair of this.pairs) pair.afterTime(until);
  }

  get owed(): Owed[] {
    return [...this.pairs.flatMap((pair) => pair.owed), ...this.#owedByServer()];
  }

  /** Lets the sockets do what they have to do, and checks that they do. */
  async settle(): Promise<void> {
    await turn();
    let owed: Owed[] = [];
    await eventually(() => {
      owed = this.owed;
      return owed.every(({ met }) => met);
    });
    for (const { invariant, met, detail } of owed) this.ledger.check(invariant, met, detail);
    this.check();
  }

  check(): void {
    for (const pair of this.pairs) {
      if (!pair.closed) pair.checkAlways();
    }
    this.ledger.settle();
  }

  /** Ends whatever is left, with no time, and then with time; and nothing is left. */
  async finish(patiently: boolean): Promise<void> {
    if (patiently) {
      for (const pair of this.open) for (const end of pair.ends) readAll(end);
      await this.settle();
    }
    for (const pair of this.pairs) if (!pair.dialled.closed) pair.unsubscribe();
    this.stop();
    if (patiently) {
      const whole = (): boolean => this.pairs.every(({ closed, model }) => closed || model.broken);
      this.ledger.check(
        'closes',
        await eventually(whole),
        () => `${this.#stillOpen()} is open, and all is read`,
      );
    }
    await turns(2);
    const servers = [...this.#past, ...(this.server === undefined ? [] : [this.server])];
    const over = (): boolean =>
      this.open.length === 0 && servers.every(({ summary }) => summary !== undefined);
    if (over()) this.#checkTimers();
    this.pass(CLOSE_TIMEOUT);
    this.ledger.check('released', await eventually(over), () => `${this.#stillOpen()} is open at the end`);
    this.ledger.settle();
    for (const pair of this.pairs) await pair.checkClosed();
    for (const server of servers) server.checkClosed(this.#strays);
    await this.#checkReleased();
    this.ledger.settle();
  }

  /** After a failure: whatever it was, the next run begins with nothing. */
  async abandon(): Promise<void> {
    for (const pair of this.pairs) for (const { connection } of pair.ends) connection.abort();
    this.stop();
    for (let round = 0; round < 3; round += 1) {
      this.clock.pass(CLOSE_TIMEOUT + GRACE_PERIOD);
      await turns(3);
    }
    this.ledger.forget();
  }

  async #checkReleased(): Promise<void> {
    const { ledger } = this;
    this.#checkTimers();
    const files = this.medium.files();
    ledger.check('released', files.length === 0, () => `${files.join(', ')} is left`);
    // Node lists a handle for some turns after its 'close'.
    const gone = await eventually(() => handles() <= this.#handles);
    ledger.check('released', gone, () => `${handles()} handles are there, and ${this.#handles} were`);
  }

  #checkTimers(): void {
    const { timers } = this.clock;
    this.ledger.check('released', timers === 0, () => `${timers} time-outs are left`);
  }

  #stillOpen(): string {
    const ends = this.open.flatMap((pair) => pair.ends.filter(({ closed }) => !closed));
    return ends.length === 0 ? 'the server' : ends.map(({ name }) => name).join(', ');
  }

  #pair(server: ObservedServer, dialled: Dialled, accepted: Connection): void {
    const name = `#${this.pairs.length}`;
    const pair = new ObservedPair(name, dialled, accepted, this.options.maxWriteBuffer, this);
    this.pairs.push(pair);
    this.#connectionsOf.set(pair, server);
    this.ledger.check(
      'refusing',
      server.state === 'listening',
      () => `${name} was let in, and the server is ${server.state}`,
    );
    const { maxConnections } = this.options;
    // The socket of one that was lost may be gone before its reader has taken what came.
    const open = this.#pairsOf(server).filter(({ accepted: { model } }) => model.whole).length;
    this.ledger.check('refusing', open <= maxConnections, () => `${open} are open, of ${maxConnections}`);
  }

  async #refused(server: ObservedServer, { subscription }: Dialled, answered: boolean): Promise<void> {
    this.ledger.check('refusing', answered, () => 'a dial was neither accepted nor refused');
    this.#checkFull(server, 'refused');
    subscription.unsubscribe();
    await turns(2);
  }

  #checkFull(server: ObservedServer, how: string): void {
    this.ledger.count('dials that a full server refused');
    const open = this.medium.layered
      ? this.#pairsOf(server).length + this.#strays
      : this.#openOf(server) + this.#straysOpen;
    this.ledger.check(
      'refusing',
      open >= this.options.maxConnections,
      () => `${open} are open, and a dial: ${how}`,
    );
  }

  #openOf(server: ObservedServer): number {
    return this.#pairsOf(server).filter(({ accepted }) => !accepted.closed).length;
  }

  #pairsOf(server: ObservedServer): ObservedPair[] {
    return this.pairs.filter((pair) => this.#connectionsOf.get(pair) === server);
  }

  #leaveAccepted(server: ObservedServer, letGo: () => void): void {
    const all = this.#pairsOf(server).map(({ accepted }) => accepted);
    all.reduceRight<() => void>(
      (inner, end) => () => {
        end.leave(inner);
      },
      letGo,
    )();
  }

  #owedByServer(): Owed[] {
    const { server } = this;
    if (server?.state !== 'draining' || this.#openOf(server) > 0) return [];
    const met = server.outcome !== undefined;
    return [{ invariant: 'drained', met, detail: () => 'no connection is open, and bind goes on' }];
  }

  #dialOptions(): Parameters<typeof connect>[1] {
    const { maxWriteBuffer } = this.options;
    return {
      ...this.medium.connect,
      scheduler: this.clock.scheduler,
      closeTimeout: CLOSE_TIMEOUT,
      maxWriteBuffer,
    };
  }

  #connect(server: ObservedServer): Promise<Dial> {
    return new Promise((resolve) => {
      let outcome: { readonly error?: unknown } | undefined;
      const subscription = connect(server.server.endpoint, this.#dialOptions()).subscribe({
        next: (connection) => {
          resolve({ dialled: { connection, subscription, outcome: () => outcome } });
        },
        error: (error: unknown) => {
          outcome = { error };
          resolve({ error });
        },
        complete: () => (outcome = {}),
      });
    });
  }

  /** The accepted end of a dialled connection: by its address, or as the only one that has come. */
  #partner(server: ObservedServer, { local }: Connection): Connection | undefined {
    if (!this.medium.addresses) return server.arrived.shift();
    const index = server.arrived.findIndex(
      ({ remote }) => remote.split('://').at(-1) === local.split('://').at(-1),
    );
    return index < 0 ? undefined : server.arrived.splice(index, 1)[0];
  }

  #rejectStrays(server: ObservedServer): void {
    for (const stray of server.arrived.splice(0)) {
      this.#strays += 1;
      this.#straysOpen += 1;
      stray.closed.subscribe(() => (this.#straysOpen -= 1));
      stray.abort();
    }
  }
}

/** Takes away whatever is in the way of the bytes. */
function readAll(end: ObservedEnd): void {
  end.reader.takeAll();
  while (end.model.holds > 0) end.release();
  for (const send of end.sends) if (send.active) send.finish();
  if (!end.model.reading && !end.model.letGo) end.read('all');
}

function handles(): number {
  return process.getActiveResourcesInfo().filter((name) => /^(?:TCP|Pipe)/u.test(name)).length;
}
