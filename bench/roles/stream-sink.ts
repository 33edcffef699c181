import { StreamTally } from '../messages/stream-tally.ts';
import { loadStreamContender } from '../streams/registry.ts';
import { SinkRun } from './sink-run.ts';
import type { Sink } from './sink.ts';

/** The accepting side of a stream of bytes. A run is one connection, and ends with it. */
export async function play(name: string): Promise<Sink> {
  const contender = await loadStreamContender(name);
  let tally = new StreamTally();
  let run = new SinkRun();
  const onChunk = (chunk: Uint8Array): void => {
    tally.take(chunk);
  };
  const onEnd = (): void => {
    run.finish(tally.total);
  };
  return {
    listen: () => contender.listen(onChunk, onEnd),
    async begin() {
      tally = new StreamTally();
      run = new SinkRun();
    },
    finished: () => run.finished,
  };
}
