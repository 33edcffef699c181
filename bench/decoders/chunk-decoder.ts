import type { OnMessage } from '../contenders/contender.ts';

/** Takes chunks, and hands out the messages in them; a Promise is waited for before the next chunk. */
export interface ChunkDecoder {
  feed(chunk: Buffer): Promise<unknown> | undefined;
}

export type MakeDecoder = (onMessage: OnMessage) => ChunkDecoder;
