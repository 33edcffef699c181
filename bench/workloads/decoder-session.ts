import { apart } from '../process/cores.ts';
import { startChild } from '../process/start-child.ts';
import type { CorpusRun, Decoded, Decoding } from '../roles/decoding.ts';
import type { Pace, Sample, Session } from './workload.ts';

/** A process that decodes the same bytes again and again. */
export async function openDecoder(
  contender: string,
  corpus: CorpusRun,
  { warmUp, rewarm, measured }: Pace,
  toSample: (decoded: Decoded) => Sample,
): Promise<Session> {
  const child = await startChild<Decoding>({ role: 'decoding', contender, core: apart.client });
  try {
    await child.call('prepare', corpus);
    await child.call('decode', warmUp);
  } catch (error) {
    child.kill();
    throw error;
  }
  return {
    async round() {
      await child.call('decode', rewarm);
      return toSample(await child.call('decode', measured));
    },
    close: () => {
      child.kill();
    },
  };
}
