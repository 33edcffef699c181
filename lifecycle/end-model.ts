/** How many milliseconds of the virtual clock a graceful close of a run waits for its peer. */
export const CLOSE_TIMEOUT = 1_000;
/** And a drain for its connections. */
export const GRACE_PERIOD = 3_000;

/** What both ends of a connection have in common. */
export interface PairModel {
  /** Bytes may be lost, and the ends need not be clean: one side was aborted, or its close took too long. */
  broken: boolean;
  readonly maxWriteBuffer: number;
}

/**
 * All that the model knows of one end of a connection: what it was told to do.
 *
 * ```text
 * open ─ end() ─▶ ended ─ close(), unsubscribe, the server stops ─▶ let go ─ closeTimeout ─▶ broken
 *   └──────────────────────── abort() ──────────────────────────────────────────────────────▲
 * ```
 */
export class EndModel {
  readonly role: 'accepted' | 'dialled';
  readonly pair: PairModel;
  peer: EndModel | undefined;
  /** Somebody reads. */
  reading = false;
  holds = 0;
  /** The run has done something that lets an accepted connection read ahead. */
  touched = false;
  /** It was told to send nothing more. */
  ended = false;
  /** Somebody reads, and nobody else may any more; or nobody does, and what comes is thrown away. */
  letGo = false;
  letGoAt: number = Infinity;
  /** It was reset by us. */
  aborted = false;
  /** It was aborted with this very reason, and nothing had happened to it before. */
  reason: Error | undefined;

  constructor(role: 'accepted' | 'dialled', pair: PairModel) {
    this.role = role;
    this.pair = pair;
  }

  /** Both sides are as they were when they were opened: nothing stands in the way of what is written. */
  get whole(): boolean {
    return !this.pair.broken && !this.finished && this.peer?.finished !== true;
  }

  get finished(): boolean {
    return this.ended || this.letGo || this.aborted;
  }

  end(): void {
    this.ended = true;
    this.touched = true;
  }

  leave(now: number): void {
    if (this.letGo) return;
    this.end();
    this.letGo = true;
    this.letGoAt = now;
  }

  abort(reason?: Error): void {
    // What comes after the first misfortune may have either for its reason.
    if (!this.pair.broken) this.reason = reason;
    this.aborted = true;
    this.pair.broken = true;
    this.touched = true;
  }

  /** Whether an end of the stream may be told to its reader. */
  mayComplete(): boolean {
    return this.pair.broken || this.peer?.finished === true || this.finished;
  }

  /** Whether an unfinished send may fail so. */
  failSend(code: string): boolean {
    if (this.pair.broken) return true;
    if (code === 'ERR_CLOSED') return this.finished || this.peer?.finished === true;
    if (code === 'ERR_PEER_ENDED') return this.role === 'dialled' && this.peer?.finished === true;
    return code === 'ERR_WRITE_OVERFLOW' && this.pair.maxWriteBuffer !== Infinity;
  }
}
