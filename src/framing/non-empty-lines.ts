import type { Decoder, INCOMPLETE } from './codec.ts';

/** Passes on the lines that say something. */
export class NonEmptyLines implements Decoder<string> {
  readonly #lines: Decoder<string>;

  constructor(lines: Decoder<string>) {
    this.#lines = lines;
  }

  push(chunk: Buffer): void {
    this.#lines.push(chunk);
  }

  next(): string | typeof INCOMPLETE {
    for (;;) {
      const line = this.#lines.next();
      if (line !== '') return line;
    }
  }

  end(): string | typeof INCOMPLETE {
    return this.#lines.end();
  }

  get begun(): boolean {
    return this.#lines.begun;
  }

  rest(): Buffer {
    return this.#lines.rest();
  }
}
