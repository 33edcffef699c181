import { mustAgree } from '../messages/tally.ts';
import { apart } from '../process/cores.ts';
import { startPair } from '../process/start-child.ts';
import type { FrameSource } from '../roles/frame-source.ts';
import type { SlowServer } from '../roles/slow-server.ts';
import { FRAME } from '../slow/slow-consumer.ts';
import { fresh, type Pace, type Sample, type Workload } from './workload.ts';

const MEBIBYTE = 1024 * 1024;
const BYTES = 512 * MEBIBYTE;
const SMOKE_BYTES = 16 * MEBIBYTE;

/** How much memory a consumer needs that is slower than its peer. */
export const slow: Workload = {
  name: 'slow',
  measures: [
    {
      name: 'slow',
      title: '512 MiB in frames of 64 KiB to a slow consumer, peak memory of the consumer',
      unit: 'MiB',
      better: 'less',
    },
  ],
  placement: apart.description,
  entrants: [
    { name: 'rxjs-net for await', nagle: 'off' },
    { name: 'rxjs-net boundedMergeMap', nagle: 'off' },
    { name: 'net for await', nagle: 'on' },
    { name: 'net for await, RxJS loaded', nagle: 'on' },
    { name: 'rxjs-stream mergeMap', nagle: 'on' },
  ],
  baseline: 'net for await',
  mostRounds: 3,
  ...fresh(run),
};

async function run(contender: string, { smoke }: Pace): Promise<Sample> {
  const [server, client] = await startPair<SlowServer, FrameSource>(
    { role: 'slow-server', contender, core: apart.server, heap: 'as it is' },
    { role: 'frame-source', contender, core: apart.client },
  );
  try {
    const port = await server.call('listen', undefined);
    const bytes = smoke ? SMOKE_BYTES : BYTES;
    const sent = await client.call('send', { port, frame: FRAME, bytes });
    const { takes, received, usage } = await server.call('finished', undefined);
    mustAgree(contender, sent[takes], received);
    return { values: { slow: usage.peakRss }, rss: usage.peakRss };
  } finally {
    client.kill();
    server.kill();
  }
}
