/** One time that a request was sent: it was answered, or it is lost and the request will be sent again. */
interface Attempt {
  /** The server whose handler has it. */
  server: string | undefined;
  /** That server has begun to drain since. */
  isDrained: boolean;
}

/** The figures of a fleet. */
export interface Totals {
  readonly requests: number;
  readonly sent: number;
  readonly answered: number;
  /** Sent and never answered, because the connection went. */
  readonly lost: number;
  /** Of these, those that a server had begun to work on. */
  readonly lostInWork: number;
  /** Of these, those whose server was draining. */
  readonly lostInDrain: number;
  /** Still on their way when the simulation ended. */
  readonly open: number;
  /** Accepted by a server that drained before it had answered. */
  readonly drained: number;
  /** The longest that a request took, from the question to the answer, with all that were sent again. */
  readonly longest: number;
  /** Answers that nobody waited for. */
  readonly unexpected: number;
  /** Connections that the balancer did not let in. */
  readonly refused: number;
}

/** Who sees everything: each request on its way, from the client that asks to the server that works on it. */
export class Tally {
  readonly #dials: number[] = [];
  readonly #open = new Map<number, Attempt>();
  readonly #draining = new Set<string>();
  #requests = 0;
  #sent = 0;
  #answered = 0;
  #lost = 0;
  #lostInWork = 0;
  #lostInDrain = 0;
  #drained = 0;
  #longest = 0;
  #unexpected = 0;
  #refused = 0;

  get totals(): Totals {
    return {
      requests: this.#requests,
      sent: this.#sent,
      answered: this.#answered,
      lost: this.#lost,
      lostInWork: this.#lostInWork,
      lostInDrain: this.#lostInDrain,
      open: this.#open.size,
      drained: this.#drained,
      longest: this.#longest,
      unexpected: this.#unexpected,
      refused: this.#refused,
    };
  }

  /** When each client dialled, in order. */
  get dials(): readonly number[] {
    return this.#dials;
  }

  dialled(at: number): void {
    this.#dials.push(at);
  }

  refused(): void {
    this.#refused += 1;
  }

  requested(): void {
    this.#requests += 1;
  }

  /** @returns the number of the attempt, which is what goes over the wire */
  sent(): number {
    this.#sent += 1;
    this.#open.set(this.#sent, { server: undefined, isDrained: false });
    return this.#sent;
  }

  accepted(attempt: number, server: string): void {
    const open = this.#open.get(attempt);
    if (open === undefined) return;
    open.server = server;
    if (this.#draining.has(server)) this.#drain(open);
  }

  answered(attempt: number, took: number): void {
    this.#open.delete(attempt);
    this.#answered += 1;
    this.#longest = Math.max(this.#longest, took);
  }

  /** An answer came that nobody waits for, or a second one. */
  unexpected(): void {
    this.#unexpected += 1;
  }

  lost(attempt: number): void {
    const open = this.#open.get(attempt);
    this.#open.delete(attempt);
    this.#lost += 1;
    if (open?.server === undefined) return;
    this.#lostInWork += 1;
    if (open.isDrained) this.#lostInDrain += 1;
  }

  draining(server: string): void {
    this.#draining.add(server);
    for (const open of this.#open.values()) if (open.server === server) this.#drain(open);
  }

  restarted(server: string): void {
    this.#draining.delete(server);
  }

  #drain(open: Attempt): void {
    open.isDrained = true;
    this.#drained += 1;
  }
}
