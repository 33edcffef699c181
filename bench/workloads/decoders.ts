import type { CorpusRun, Decoded } from '../roles/decoding.ts';
import { openDecoder } from './decoder-session.ts';
import type { Entrant, Sample, Workload } from './workload.ts';

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;
const SMALL = { size: 64, count: 65_536, chunk: 64 * KIBIBYTE };

function entrants(...names: readonly string[]): Entrant[] {
  return names.map((name) => ({ name, nagle: '–' }));
}

/** Small messages: how many nanoseconds each takes. */
function small(
  name: string,
  title: string,
  names: readonly [string, ...string[]],
  baseline: string,
): Workload {
  return {
    name,
    group: 'decoders',
    measures: [{ name, title, unit: 'messages/s', better: 'more' }],
    placement: 'in one process, without sockets',
    entrants: entrants('rxjs-net', ...names),
    baseline,
    open: (entrant, pace) => {
      const decoder = entrant === 'rxjs-net' && name === 'decode-lines' ? 'rxjs-net lines' : entrant;
      const toSample = ({ elapsed, messages, usage }: Decoded): Sample => ({
        values: { [name]: (messages / elapsed) * 1e9 },
        cpu: usage.cpu / messages,
        rss: usage.peakRss,
      });
      return openDecoder(decoder, SMALL, pace, toSample);
    },
  };
}

const LARGE = 16 * MEBIBYTE;

const pieces: Readonly<Record<string, CorpusRun & { readonly decoder: string }>> = {
  'rxjs-net, 64 KiB chunks': { decoder: 'rxjs-net', size: LARGE, count: 1, chunk: 64 * KIBIBYTE },
  'rxjs-net, 1448-byte chunks': { decoder: 'rxjs-net', size: LARGE, count: 1, chunk: 1448 },
  'rxjs-net, 1-byte chunks': { decoder: 'rxjs-net', size: LARGE, count: 1, chunk: 1 },
  'rxjs-net, 1-byte chunks of 1 MiB': { decoder: 'rxjs-net', size: MEBIBYTE, count: 1, chunk: 1 },
  'length-prefixed-stream, 64 KiB chunks': {
    decoder: 'length-prefixed-stream',
    size: LARGE,
    count: 1,
    chunk: 64 * KIBIBYTE,
  },
  'length-prefixed-stream, 1448-byte chunks': {
    decoder: 'length-prefixed-stream',
    size: LARGE,
    count: 1,
    chunk: 1448,
  },
  'frame-stream, 64 KiB chunks': { decoder: 'frame-stream', size: LARGE, count: 1, chunk: 64 * KIBIBYTE },
};

/** A frame that comes in many pieces: the time per byte must not grow with the frame, nor with the number of pieces before. */
const large: Workload = {
  name: 'decode-large',
  group: 'decoders',
  measures: [
    {
      name: 'decode-large',
      title: 'one frame of 16 MiB in chunks, decoded',
      unit: 'ns/byte',
      better: 'less',
    },
  ],
  placement: 'in one process, without sockets',
  entrants: entrants(...Object.keys(pieces)),
  baseline: 'rxjs-net, 64 KiB chunks',
  absent: {
    'frame-stream, smaller chunks': 'it concatenates for each chunk, which takes minutes',
    'length-prefixed-stream, 1-byte chunks': 'it takes half a minute, all of it the stream around it',
  },
  mostRounds: 3,
  open: (entrant, pace) => {
    const piece = pieces[entrant];
    if (piece === undefined) throw new Error(`there is no piece ${entrant}`);
    const { decoder, ...corpus } = piece;
    const toSample = ({ elapsed, bytes, usage }: Decoded): Sample => ({
      values: { 'decode-large': elapsed / bytes },
      rss: usage.peakRss,
    });
    return openDecoder(decoder, pace.smoke ? { ...corpus, size: MEBIBYTE } : corpus, pace, toSample);
  },
};

export const decoding: readonly Workload[] = [
  small(
    'decode-frames',
    '64-byte frames in chunks of 64 KiB, decoded',
    ['frame-stream', 'length-prefixed-stream'],
    'frame-stream',
  ),
  small('decode-lines', 'lines of 64 bytes in chunks of 64 KiB, decoded', ['split2', 'readline'], 'split2'),
  large,
];
