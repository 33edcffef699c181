import type { EncodingName } from './corpora.ts';
import type { MakeDecoder } from './chunk-decoder.ts';

export interface DecoderEntry {
  readonly encoding: EncodingName;
  readonly load: () => Promise<MakeDecoder>;
}

export const decoders: Readonly<Record<string, DecoderEntry>> = {
  'rxjs-net': { encoding: '4-byte length', load: async () => (await import('./rxjs-net.ts')).frames },
  'rxjs-net lines': { encoding: 'lines', load: async () => (await import('./rxjs-net.ts')).textLines },
  'frame-stream': {
    encoding: '4-byte length',
    load: async () => (await import('./transforms.ts')).frameStream,
  },
  'length-prefixed-stream': {
    encoding: 'varint length',
    load: async () => (await import('./transforms.ts')).lengthPrefixedStream,
  },
  split2: { encoding: 'lines', load: async () => (await import('./transforms.ts')).splitting },
  readline: { encoding: 'lines', load: async () => (await import('./transforms.ts')).readingLines },
};
