import { messagesOf } from '../messages/message.ts';
import { StreamTally } from '../messages/stream-tally.ts';
import { now, usageFromNow } from '../process/usage.ts';
import { loadStreamContender } from '../streams/registry.ts';
import type { Burst, Sender } from './sender.ts';

/** The dialling side of a stream of bytes; a run is one connection, which takes chunks as fast as the peer does. */
export async function play(name: string): Promise<Sender> {
  const contender = await loadStreamContender(name);
  let usage = usageFromNow();
  let port: number;

  return {
    async dial(at) {
      port = at;
    },
    async send(burst) {
      usage = usageFromNow();
      const tally = new StreamTally();
      const start = now();
      await contender.send(port, chunks(burst, tally));
      return { sent: tally.total, start };
    },
    usage: async () => usage(),
  };
}

function* chunks({ size, milliseconds }: Burst, tally: StreamTally): Generator<Uint8Array> {
  const { messages } = messagesOf(size);
  const end = performance.now() + milliseconds;
  for (;;) {
    for (const message of messages) {
      // A loop that never waits would never let a timer fire, so the clock is asked; a chunk is long enough for that.
      if (performance.now() >= end) return;
      tally.take(message);
      yield message;
    }
  }
}
