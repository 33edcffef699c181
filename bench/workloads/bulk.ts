import { apart } from '../process/cores.ts';
import type { PairFigures } from './figures.ts';
import { messaging, openOneWay, type Ends } from './one-way.ts';
import { entrantsOf, type Sample, type Workload } from './workload.ts';

const CHUNK = 64 * 1024;
const streaming: Ends = { server: 'stream-sink', client: 'stream-source' };
const CHUNKS_TO_MEBIBYTES = CHUNK / (1024 * 1024);

// They have messages and no streams: theirs are of the size of a chunk, 16 per turn.
const MESSAGES_ONLY: readonly string[] = ['rsocket-js', 'nest'];

/** 64 KiB chunks one way, as fast as the peer takes them. */
export const bulk: Workload = {
  name: 'bulk',
  measures: [{ name: 'bulk', title: '64 KiB chunks one way', unit: 'MiB/s', better: 'more' }],
  placement: apart.description,
  entrants: [
    ...entrantsOf('rxjs-net', 'net'),
    { name: 'net pipeline', nagle: 'on' },
    ...entrantsOf('rsocket-js', 'nest', 'libp2p'),
  ],
  baseline: 'net',
  absent: { 'rxjs-stream': 'its Observables push: a source without an end fills the memory' },
  open: (contender, pace) => {
    const messages = MESSAGES_ONLY.includes(contender);
    const toSample = ({ perSecond, cpu, rss }: PairFigures): Sample => {
      // A message counts as one, and so does a byte of a stream.
      const chunks = messages ? 1 : CHUNK;
      return { values: { bulk: (perSecond / chunks) * CHUNKS_TO_MEBIBYTES }, cpu: cpu * chunks, rss };
    };
    const ends = messages ? messaging : streaming;
    return openOneWay({ contender, size: CHUNK, perTurn: 16, ends, toSample }, pace);
  },
};
