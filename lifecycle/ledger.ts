/** What the model promises, each with the rule of docs/design.md that it stands for. */
export const invariants = {
  order: 'bytes come once, in the order in which they were handed over (8, 9)',
  delivery: 'what was accepted reaches a reader that does not hold (8, 11)',
  held: 'nothing is delivered while a hold is not released, and holds are counted (13)',
  afterEnd: 'nothing comes after complete, error or unsubscribe (7, 8)',
  oneReader: 'a second reader gets ERR_ALREADY_READING and harms nobody (7)',
  unread: 'an accepted connection that nobody reads, sends on or ends is not read (6)',
  readAhead: 'what is read ahead is bounded (6, 13)',
  completion: 'after the end of the peer and its last byte, received completes (8, 12)',
  fin: 'a complete means that every accepted byte has come (8)',
  halfClose: 'a side whose peer has ended ends by itself as rule 12 says (12)',
  closes: 'when both sides have ended, or one was aborted, both are closed (2, 5)',
  aborted: 'an abort closes its side at once, and errors its reader with the reason (2)',
  closeTimeout: 'a graceful close is over after closeTimeout (2)',
  write: 'write says false while congested and after the end, and true otherwise (11)',
  congested: 'congested replays, and is false once the connection is gone (11)',
  sendSettles: 'a send settles on flush, error or close (11)',
  sendFlushed: 'a send completes when its last byte is in the kernel, and not before (11)',
  sendCode: 'a send fails with the code that rule 11 or 12 names, or with the error of its source (11, 12)',
  sourceEnds: 'the source of a send that is over is unsubscribed (5, 11)',
  overflow: 'what pushes past maxWriteBuffer fails, and nothing else does (10)',
  closedOnce: 'closed emits once, after the reader was told, and replays (4, 5)',
  counters: 'the counters of closed agree with what was handed over and what has come (11)',
  clean: 'closed carries an error exactly when the connection was lost (4)',
  duration: 'closed tells the time of the scheduler (18)',
  connect: 'connect completes or errors as its connection was closed or lost (4)',
  leaving: 'a dial that is left at once makes nothing (1, 2)',
  refusing: 'nobody is let in after a drain or a stop, or over maxConnections (3, 14)',
  draining: 'a drain tells every connection, and none without it (3)',
  drained: 'a drain completes with the last connection, or after gracePeriod (3)',
  server: 'the summary of the server counts its connections (2, 3)',
  errors: 'every error is a TransportError of this connection (16)',
  afterwards: 'a closed connection refuses what is asked of it, and counts it (11)',
  released: 'no handle, file or timer of ours is left (5)',
  quiet: 'nothing is thrown where nobody can catch it (15, 17)',
} as const;

export type Invariant = keyof typeof invariants;

/** Counts what was checked, and keeps what was broken until somebody asks. */
export class Ledger {
  readonly checks: Map<Invariant, number> = new Map();
  readonly seen: Map<string, number> = new Map();
  #broken: string[] = [];

  /** Not thrown: this is called from within the library, which has its own ways with what its callers throw. */
  check(invariant: Invariant, holds: boolean, detail: () => string): void {
    this.checks.set(invariant, (this.checks.get(invariant) ?? 0) + 1);
    if (!holds) this.#broken.push(`${invariant}: ${invariants[invariant]}\n    but ${detail()}`);
  }

  /** Something that has happened and is worth counting: a command, a way to end. */
  count(what: string, times = 1): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + times);
  }

  /** Throws what was broken since the last time. */
  settle(): void {
    const broken = this.#broken;
    this.forget();
    if (broken.length > 0) throw new Error(broken.join('\n'));
  }

  /** What was broken is no news any more: it belongs to a run that has failed. */
  forget(): void {
    this.#broken = [];
  }
}
