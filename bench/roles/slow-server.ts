import { StreamTally } from '../messages/stream-tally.ts';
import { Tally, type Total } from '../messages/tally.ts';
import { usageFromNow, type Usage } from '../process/usage.ts';
import { loadSlowConsumer } from '../slow/registry.ts';
import type { SlowConsumer } from '../slow/slow-consumer.ts';

export interface Consumed {
  readonly takes: SlowConsumer['takes'];
  readonly received: Total;
  readonly usage: Usage;
}

/** The side that takes slowly what one connection sends. */
export type SlowServer = {
  listen(): Promise<number>;
  finished(): Promise<Consumed>;
};

export async function play(name: string): Promise<SlowServer> {
  const consumer = await loadSlowConsumer(name);
  const { takes } = consumer;
  const usage = usageFromNow();
  const tallies = { bytes: new StreamTally(), messages: new Tally() };
  let finish: (consumed: Consumed) => void;
  const finished = new Promise<Consumed>((resolve) => {
    finish = resolve;
  });
  return {
    listen: () =>
      consumer.listen(tallies, () => {
        finish({ takes, received: tallies[takes].total, usage: usage() });
      }),
    finished: () => finished,
  };
}
