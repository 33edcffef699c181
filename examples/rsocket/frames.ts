import { deserializeFrame, serializeFrame, type Frame } from 'rsocket-core';
import { lengthPrefixed, serialized, type Codec, type FrameLimit } from 'rxjs-net';

// What its type does not say: there is nothing for a frame of a type that rsocket-core does not know.
const readFrame: (bytes: Buffer) => Frame | undefined = deserializeFrame;

/** RSocket over TCP: a length of three bytes in front of each frame, and rsocket-core's own reading and writing of it. */
export function rsocketFrames(limit: FrameLimit = {}): Codec<Frame> {
  return serialized(lengthPrefixed({ bytes: 3, ...limit }), {
    encode: serializeFrame,
    decode: (bytes: Buffer) => {
      const frame = readFrame(bytes);
      if (frame === undefined) throw new Error('rsocket-core has no such type of frame');
      return frame;
    },
  });
}
