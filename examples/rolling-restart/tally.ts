/** What all clients together have asked, been answered and lost; the truth that the run is judged by. */
export class Tally {
  readonly #waiting = new Set<number>();
  readonly #answered = new Set<number>();
  /** Why a connection ended without a goaway, and how often. */
  readonly losses: Map<string, number> = new Map();
  answeredTwice = 0;
  dials = 0;
  goAways = 0;
  longestPause = 0;
  #lastId = 0;

  get asked(): number {
    return this.#lastId;
  }

  get answered(): number {
    return this.#answered.size;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  ask(): number {
    this.#lastId += 1;
    this.#waiting.add(this.#lastId);
    return this.#lastId;
  }

  settle(id: number): void {
    if (this.#waiting.delete(id)) this.#answered.add(id);
    else this.answeredTwice += 1;
  }

  lose(why: string): void {
    this.losses.set(why, (this.losses.get(why) ?? 0) + 1);
  }

  pause(milliseconds: number): void {
    this.longestPause = Math.max(this.longestPause, milliseconds);
  }

  wasAnswered(id: number): boolean {
    return this.#answered.has(id);
  }
}
