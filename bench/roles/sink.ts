import { loadContender } from '../contenders/registry.ts';
import { Tally } from '../messages/tally.ts';
import { SinkRun, type SinkResult } from './sink-run.ts';

/** The accepting side of one-way traffic: it counts it. */
export type Sink = {
  listen(): Promise<number>;
  /** A run begins: what came before counts no more. */
  begin(): Promise<void>;
  /** Waits for the end of the run. */
  finished(): Promise<SinkResult>;
};

/** ...of messages. A run ends with the message that is marked as the last one. */
export async function play(name: string): Promise<Sink> {
  const contender = await loadContender(name);
  let tally = new Tally();
  let run = new SinkRun();
  return {
    listen: () =>
      contender.listen({
        kind: 'sink',
        onMessage: (message) => {
          if (tally.take(message)) run.finish(tally.total);
        },
      }),
    async begin() {
      tally = new Tally();
      run = new SinkRun();
    },
    finished: () => run.finished,
  };
}
