import { BehaviorSubject, type Observable } from 'rxjs';

// What a chunk costs besides its bytes: a Buffer object, and its place in the queues. Without it, a window of single bytes would
// be a hundred times as large as it says.
const CHUNK_COST = 128;

/** The bytes that were read on one side and not passed on yet, in their order. Their source is held while they fill the window. */
export class InTransit {
  bytes = 0;

  readonly #window: number;
  readonly #full: BehaviorSubject<boolean> = new BehaviorSubject(false);
  #chunks: Buffer[] = [];

  constructor(window: number) {
    this.#window = window;
  }

  /** Whether the source is to be held; the present state first. */
  get full(): Observable<boolean> {
    return this.#full;
  }

  get isFull(): boolean {
    return this.#full.value;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.bytes += chunk.length;
    this.#look();
  }

  /** So many bytes at the front were passed on. */
  passed(bytes: number): void {
    this.bytes -= bytes;
    let left = bytes;
    for (let [first] = this.#chunks; first !== undefined && left > 0; [first] = this.#chunks) {
      if (first.length > left) this.#chunks[0] = first.subarray(left);
      else this.#chunks.shift();
      left = Math.max(0, left - first.length);
    }
    this.#look();
  }

  /** All that is left, which is in transit no more. */
  takeAll(): readonly Buffer[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.bytes = 0;
    return chunks;
  }

  #look(): void {
    this.#full.next(this.bytes + this.#chunks.length * CHUNK_COST >= this.#window);
  }
}
