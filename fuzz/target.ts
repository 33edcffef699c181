import type { Random } from './random.ts';

/** What came of a stream that was decoded in some chunks. */
export interface Decoded {
  readonly messages: readonly unknown[];
  /** The code of the error that ended it. */
  readonly code: string | undefined;
}

/** Something that takes hostile bytes. */
export interface Target {
  readonly name: string;
  /** A stream that nothing is wrong with. */
  readonly valid: (random: Random) => Buffer;
  /** Decodes to the end; throws for whatever must not happen. */
  readonly decode: (chunks: readonly Buffer[]) => Decoded;
  /** Bytes that the length field of a mutation is about. */
  readonly limit: number;
  /** The most bytes that may be allocated in one piece. */
  readonly mostAllocated: number;
  /** How many parts of all streams it gets. */
  readonly share: number;
}
