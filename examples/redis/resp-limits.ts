/** What a peer may send. Each limit is there because without it the peer decides how much memory this process takes. */
export interface RespLimits {
  /** Bytes of one message with all that is in it. Default 16 MiB. */
  readonly maxFrameLength: number;
  /** Bytes of one bulk string. Default 4 MiB. */
  readonly maxBulkLength: number;
  /**
   * Items of a message, those of all arrays within arrays together. Default 65536. An item of 2 bytes on the wire can take
   * hundreds here (`-` is an Error, with its stack), which no limit of bytes says: this many are 40 MB at the worst.
   */
  readonly maxItems: number;
  /** Arrays within arrays. Default 8. */
  readonly maxDepth: number;
  /** Whether a line that begins with no type is a command that somebody types: for servers. Default false. */
  readonly inline: boolean;
}

export const DEFAULT_LIMITS: RespLimits = {
  maxFrameLength: 16 * 1024 * 1024,
  maxBulkLength: 4 * 1024 * 1024,
  maxItems: 65_536,
  maxDepth: 8,
  inline: false,
};
