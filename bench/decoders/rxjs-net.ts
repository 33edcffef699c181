import { INCOMPLETE, lengthPrefixed, lines, type Codec } from 'rxjs-net';
import type { Message } from '../messages/message.ts';
import type { MakeDecoder } from './chunk-decoder.ts';

/** The codec alone: it is pure, and what a connection does around it is no decoding. */
function decoding(codec: Codec<Message, never>): MakeDecoder {
  return (onMessage) => {
    const decoder = codec.decoder();
    return {
      feed(chunk) {
        decoder.push(chunk);
        for (let message = decoder.next(); message !== INCOMPLETE; message = decoder.next())
          onMessage(message);
        return undefined;
      },
    };
  };
}

export const frames: MakeDecoder = decoding(lengthPrefixed({ maxFrameLength: 16 * 1024 * 1024 }));
export const textLines: MakeDecoder = decoding(lines());
