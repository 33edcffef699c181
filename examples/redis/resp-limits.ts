/** What a peer may send. Each limit is there because without it the peer decides how much memory this process takes. */
export interface RespLimits {
  /** Bytes of one message with all that is in it. Default 16 MiB. */
  readonly maxFrameLength: number;
  /** Bytes of one bulk string. Default 4 MiB. */
  readonly maxBulkLength: number;
  /** Items of one array. Default 65536. */
  readonly maxArrayLength: number;
  /** Arrays within arrays. Default 8. */
  readonly maxDepth: number;
  /** Whether a line that begins with no type is a command that somebody types: for servers. Default false. */
  readonly inline: boolean;
}

export const DEFAULT_LIMITS: RespLimits = {
  maxFrameLength: 16 * 1024 * 1024,
  maxBulkLength: 4 * 1024 * 1024,
  maxArrayLength: 65_536,
  maxDepth: 8,
  inline: false,
};
