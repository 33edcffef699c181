import type { Writable } from 'node:stream';
import { BehaviorSubject, filter, ignoreElements, Subject, take, type Observable } from 'rxjs';
import type { Bytes } from '../framing/bytes.ts';
import { outputFailure } from './output-failure.ts';

/**
 * Standard output, as a place that can be full: whoever writes to it holds what it reads from meanwhile.
 *
 * ```text
 * write     a--b--------c---
 * full      f--t-----f------     from a write that the stream has no more room for, to its 'drain'
 * failed    ----------------#    nobody reads it any more
 * ```
 */
export class OutputSink {
  readonly #stream: Writable;
  readonly #full = new BehaviorSubject(false);
  readonly #waiting = new BehaviorSubject(0);
  readonly #failed = new Subject<never>();

  constructor(stream: Writable) {
    this.#stream = stream;
    // One for all who write; it stays as long as the stream does.
    stream.on('drain', () => {
      this.#full.next(false);
    });
  }

  /** Whether there is no room; the present state first. */
  get full(): Observable<boolean> {
    return this.#full;
  }

  /** Completes when all that was written so far has been taken. */
  get flushed(): Observable<never> {
    return this.#waiting.pipe(
      filter((waiting) => waiting === 0),
      take(1),
      ignoreElements(),
    );
  }

  /** Errors when a write has failed. */
  get failed(): Observable<never> {
    return this.#failed;
  }

  write(bytes: Bytes): void {
    this.#waiting.next(this.#waiting.value + 1);
    const hasRoom = this.#stream.write(bytes, (error) => {
      if (error) this.#failed.error(outputFailure(error));
      else this.#waiting.next(this.#waiting.value - 1);
    });
    if (!hasRoom) this.#full.next(true);
  }
}
