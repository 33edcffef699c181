import { mustAgree } from '../messages/tally.ts';
import { apart, type Placement } from '../process/cores.ts';
import { startPair } from '../process/start-child.ts';
import type { EchoClient, Exchange, Exchanged } from '../roles/echo-client.ts';
import type { EchoServer } from '../roles/echo-server.ts';
import type { LatencySummary } from '../roles/latencies.ts';
import type { PairFigures } from './figures.ts';
import type { Pace, Sample, Session } from './workload.ts';

/** The roles of the two ends. */
export interface Ends {
  readonly server: string;
  readonly client: string;
}

const echoing: Ends = { server: 'echo-server', client: 'echo-client' };

export interface ExchangeFigures extends PairFigures {
  readonly latency: LatencySummary | undefined;
}

export interface Exchanging {
  readonly contender: string;
  readonly messages: Omit<Exchange, 'milliseconds'>;
  readonly connections: number;
  readonly ends?: Ends;
  readonly placement?: Placement;
  readonly toSample: (figures: ExchangeFigures) => Sample;
}

/** A pair of processes, one of which answers what the other sends. */
export async function openExchange(exchanging: Exchanging, pace: Pace): Promise<Session> {
  const { contender, messages, connections, ends = echoing, placement = apart, toSample } = exchanging;
  const [server, client] = await startPair<EchoServer, EchoClient>(
    { role: ends.server, contender, core: placement.server },
    { role: ends.client, contender, core: placement.client },
  );
  const run = async (milliseconds: number): Promise<Exchanged> => {
    await server.call('begin', undefined);
    const result = await client.call('exchange', { ...messages, milliseconds });
    mustAgree(contender, result.sent, result.received);
    return result;
  };
  const close = (): void => {
    client.kill();
    server.kill();
  };
  try {
    await client.call('dial', { port: await server.call('listen', undefined), connections });
    await run(pace.warmUp);
  } catch (error) {
    close();
    throw error;
  }
  return {
    async round() {
      await run(pace.rewarm);
      const { received, elapsed, usage, latency } = await run(pace.measured);
      const serverUsage = await server.call('usage', undefined);
      return toSample({
        perSecond: (received.count / elapsed) * 1000,
        cpu: (usage.cpu + serverUsage.cpu) / received.count,
        rss: usage.peakRss + serverUsage.peakRss,
        latency,
      });
    },
    close,
  };
}
