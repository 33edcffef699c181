import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { PassThrough, type Duplex } from 'node:stream';
import { decode as frameStreamDecoder } from 'frame-stream';
import { decode as lengthPrefixedStreamDecoder } from 'length-prefixed-stream';
import split2 from 'split2';
import type { Message } from '../messages/message.ts';
import type { ChunkDecoder, MakeDecoder } from './chunk-decoder.ts';

/** Decoders that are streams of Node, and cost what streams cost, because there is no other way to use them. */
function feeding(stream: Pick<Duplex, 'write' | 'once' | 'on'>): ChunkDecoder {
  return {
    feed: (chunk) => (stream.write(chunk) ? undefined : once(stream as Duplex, 'drain')),
  };
}

function transforming(make: () => Duplex): MakeDecoder {
  return (onMessage) => {
    const stream = make();
    stream.on('data', (message: Message) => {
      onMessage(message);
    });
    return feeding(stream);
  };
}

export const frameStream: MakeDecoder = transforming(() => frameStreamDecoder({ lengthSize: 4 }));
export const lengthPrefixedStream: MakeDecoder = transforming(() => lengthPrefixedStreamDecoder());
export const splitting: MakeDecoder = transforming(() => split2());

export const readingLines: MakeDecoder = (onMessage) => {
  const input = new PassThrough();
  createInterface({ input, crlfDelay: Infinity }).on('line', onMessage);
  return feeding(input);
};
