import type { ChunkDecoder } from '../decoders/chunk-decoder.ts';
import { corpusOf, type Corpus, type CorpusOptions } from '../decoders/corpora.ts';
import { decoders } from '../decoders/registry.ts';
import { mustAgree, Tally } from '../messages/tally.ts';
import { usageFromNow, type Usage } from '../process/usage.ts';

export type CorpusRun = Omit<CorpusOptions, 'encoding'>;

export interface Decoded {
  /** Nanoseconds. */
  readonly elapsed: number;
  readonly messages: number;
  readonly bytes: number;
  readonly usage: Usage;
}

/** One decoder in a process of its own, without sockets. */
export type Decoding = {
  /** Makes what is to be decoded. */
  prepare(corpus: CorpusRun): Promise<void>;
  /** Decodes it again and again. */
  decode(milliseconds: number): Promise<Decoded>;
};

export async function play(name: string): Promise<Decoding> {
  const entry = decoders[name];
  if (entry === undefined) throw new Error(`there is no decoder ${name}`);
  let tally = new Tally();
  const make = await entry.load();
  const decoder = make((message) => {
    tally.take(message);
  });
  let corpus: Corpus;

  return {
    async prepare(run) {
      corpus = corpusOf({ ...run, encoding: entry.encoding });
    },
    async decode(milliseconds) {
      const usage = usageFromNow();
      const start = performance.now();
      for (let passes = 1; ; passes += 1) {
        tally = new Tally();
        await pass(decoder, corpus, () => tally.count);
        mustAgree(name, corpus.total, tally.total);
        const elapsed = performance.now() - start;
        if (elapsed < milliseconds) continue;
        const messages = passes * corpus.total.count;
        return { elapsed: elapsed * 1e6, messages, bytes: passes * corpus.bytes, usage: usage() };
      }
    },
  };
}

async function pass(
  decoder: ChunkDecoder,
  { chunkCount, chunkAt, total }: Corpus,
  decoded: () => number,
): Promise<void> {
  for (let index = 0; index < chunkCount; index += 1) {
    const drained = decoder.feed(chunkAt(index));
    // Most do not ask to wait, and then nobody should.
    if (drained !== undefined) await drained;
  }
  // A stream may hand its last messages out some turns later.
  for (let turns = 0; decoded() < total.count && turns < 1000; turns += 1)
    await new Promise((resolve) => setImmediate(resolve));
}
