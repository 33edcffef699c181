import type { StreamTally } from '../messages/stream-tally.ts';
import type { Tally } from '../messages/tally.ts';

/** Takes all that one peer sends, slowly, and so that nothing more than needed is kept meanwhile. */
export interface SlowConsumer {
  /** What it counts: chunks of bytes, however they were cut, or the messages in them. */
  readonly takes: 'bytes' | 'messages';
  /** @returns the port; `onEnd` is called when all has been taken */
  listen(tallies: { bytes: StreamTally; messages: Tally }, onEnd: () => void): Promise<number>;
}

/** The frames that it is sent, prefix included. */
export const FRAME = 64 * 1024;

// 256 KiB a millisecond, or what a timer makes of it.
const BYTES_PER_REST = 256 * 1024;
const REST = 1;

/** How many frames may be worked on at a time, and for how many milliseconds each: the same pace as that of the rests. */
export const CONCURRENCY = 16;
export const WORK = (REST * CONCURRENCY * FRAME) / BYTES_PER_REST;

/** Takes chunks in a loop, and rests after each 256 KiB. */
export async function takeSlowly(chunks: AsyncIterable<Uint8Array>, tally: StreamTally): Promise<void> {
  let taken = 0;
  for await (const chunk of chunks) {
    tally.take(chunk);
    taken += chunk.length;
    if (taken < BYTES_PER_REST) continue;
    taken = 0;
    await new Promise((resolve) => setTimeout(resolve, REST));
  }
}
