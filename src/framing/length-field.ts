import { choiceOption } from '../errors/choice-option.ts';
import { invalidOption } from '../errors/invalid-option.ts';
import { maxFrameLengthOption, type FrameLimit } from './max-frame-length.ts';
import type { Endian } from './uint.ts';

/**
 * Where the length of a frame stands, and what it counts.
 *
 * @public
 */
export interface LengthPrefixedOptions extends FrameLimit {
  /** How many bytes the length has. Default 4. */
  readonly bytes?: 1 | 2 | 3 | 4 | 8 | undefined;
  /** Which byte of the length comes first. Default `'big'`, the upper one, which is network order. */
  readonly endian?: 'big' | 'little' | undefined;
  /** Whether the length counts itself, and what stands before it: an adjustment of minus as much. Default false. */
  readonly includesPrefix?: boolean | undefined;
  /** How many bytes of the frame stand before the length, 65535 at the most. Default 0. */
  readonly offset?: number | undefined;
  /** What has to be added to the length to have the bytes that follow it; may be negative. Default 0. */
  readonly adjustment?: number | undefined;
  /**
   * Whether a message is what follows the length (`'strip'`), or the whole frame (`'keep'`), which has to be written whole
   * as well. Default `'strip'`; `'keep'` where something stands before the length, which would be lost.
   */
  readonly header?: 'strip' | 'keep' | undefined;
}

/** The options as numbers. */
export interface LengthField {
  readonly bytes: number;
  readonly endian: Endian;
  readonly offset: number;
  /** Bytes up to the end of the length. */
  readonly head: number;
  /** What to add to the length to have the whole frame. */
  readonly uncounted: number;
  readonly keep: boolean;
  readonly limit: number;
  /** The largest number that the length can say. */
  readonly most: number;
}

// There has to be some end, because so much is gathered before anything is known of a frame. No protocol comes near.
const LARGEST_OFFSET = 65_535;

/** Throws `ERR_INVALID_OPTION`. */
export function lengthFieldOf(options: LengthPrefixedOptions): LengthField {
  const { includesPrefix = false, offset = 0, adjustment = 0 } = options;
  const bytes = choiceOption('bytes', options.bytes, 4, [1, 2, 3, 4, 8]);
  const endian = choiceOption('endian', options.endian, 'big', ['big', 'little']);
  requireWhole('offset', offset, 0, LARGEST_OFFSET);
  requireWhole('adjustment', adjustment, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const header = choiceOption('header', options.header, offset > 0 ? 'keep' : 'strip', ['strip', 'keep']);
  if (header === 'strip' && offset > 0) {
    throw invalidOption(`offset is ${offset}, and header 'strip' would lose what stands there`);
  }
  const head = offset + bytes;
  const uncounted = adjustment + (includesPrefix ? 0 : head);
  return {
    bytes,
    endian,
    offset,
    head,
    uncounted,
    keep: header === 'keep',
    limit: maxFrameLengthOption(options),
    most: 2 ** (8 * bytes) - 1,
  };
}

function requireWhole(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw invalidOption(`${name} is ${value}; it takes a whole number from ${least} to ${most}`);
}
