/** In microseconds. */
export interface LatencySummary {
  readonly p50: number;
  readonly p99: number;
}

const MOST = 1 << 17;

/** How long each exchange took. */
export class Latencies {
  readonly #samples = new Float64Array(MOST);
  #count = 0;
  #begun = 0;

  begin(): void {
    this.#begun = performance.now();
  }

  end(): void {
    if (this.#count < MOST) this.#samples[this.#count] = performance.now() - this.#begun;
    this.#count += 1;
  }

  summary(): LatencySummary {
    const sorted = this.#samples.subarray(0, Math.min(this.#count, MOST)).sort();
    const at = (part: number): number => (sorted[Math.floor(part * (sorted.length - 1))] ?? NaN) * 1000;
    return { p50: at(0.5), p99: at(0.99) };
  }
}
