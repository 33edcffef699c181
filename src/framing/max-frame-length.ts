import { quantityOption } from '../errors/option-range.ts';

// As gRPC has it. There has to be a limit: a length is a promise of the peer, and so is the end of a line, and without one
// a peer that sends a single byte too much, or none at all, decides how much memory this process needs.
const DEFAULT_MAX_FRAME_LENGTH = 4 * 1024 * 1024;

/**
 * What every codec of this library is limited by.
 *
 * @public
 */
export interface FrameLimit {
  /**
   * The most bytes that one message may have, as it is delivered; a longer one is `ERR_FRAME_TOO_LONG`, whichever way it
   * goes, and nothing is allocated for it. `Infinity` trusts the peer. Default 4194304, which is 4 MiB.
   */
  readonly maxFrameLength?: number | undefined;
}

/** The limit in bytes. Throws `ERR_INVALID_OPTION`. */
export function maxFrameLengthOption(options: FrameLimit): number {
  return quantityOption('maxFrameLength', options.maxFrameLength, DEFAULT_MAX_FRAME_LENGTH);
}
