import { mustAgree } from '../messages/tally.ts';
import { apart } from '../process/cores.ts';
import { startPair } from '../process/start-child.ts';
import type { Burst, Sender } from '../roles/sender.ts';
import type { SinkResult } from '../roles/sink-run.ts';
import type { Sink } from '../roles/sink.ts';
import type { PairFigures } from './figures.ts';
import type { Pace, Sample, Session } from './workload.ts';

/** The roles of the two ends. */
export interface Ends {
  readonly server: string;
  readonly client: string;
}

export const messaging: Ends = { server: 'sink', client: 'sender' };

export interface OneWay extends Pick<Burst, 'size' | 'perTurn'> {
  readonly contender: string;
  readonly ends?: Ends;
  readonly toSample: (figures: PairFigures) => Sample;
}

/** A pair of processes, one of which sends and the other counts. */
export async function openOneWay(oneWay: OneWay, pace: Pace): Promise<Session> {
  const { contender, size, perTurn, ends = messaging, toSample } = oneWay;
  const [server, client] = await startPair<Sink, Sender>(
    { role: ends.server, contender, core: apart.server },
    { role: ends.client, contender, core: apart.client },
  );
  const burst = async (milliseconds: number): Promise<SinkResult & { readonly start: number }> => {
    await server.call('begin', undefined);
    const { sent, start } = await client.call('send', { size, perTurn, milliseconds });
    const result = await server.call('finished', undefined);
    mustAgree(contender, sent, result.received);
    return { ...result, start };
  };
  const close = (): void => {
    client.kill();
    server.kill();
  };
  try {
    await client.call('dial', await server.call('listen', undefined));
    await burst(pace.warmUp);
  } catch (error) {
    close();
    throw error;
  }
  return {
    async round() {
      await burst(pace.rewarm);
      const { received, start, end, usage } = await burst(pace.measured);
      const clientUsage = await client.call('usage', undefined);
      return toSample({
        perSecond: (received.count / (end - start)) * 1000,
        cpu: (usage.cpu + clientUsage.cpu) / received.count,
        rss: usage.peakRss + clientUsage.peakRss,
      });
    },
    close,
  };
}
