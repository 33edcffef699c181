import type { Duplex } from 'node:stream';

/** What a kind of stream can do and tell beyond a `stream.Duplex`. */
export interface StreamTraits {
  /** Ends the stream at once, in a way that the peer cannot take for a clean end, where there is one. */
  readonly reset: (stream: Duplex) => void;
  /** Asked at 'end': whether it was no clean end of the peer but a reset that looks like one. */
  readonly endedByReset: (stream: Duplex) => boolean;
}

/**
 * A stream that knows no reset. A Unix socket is one too: its peer sees an end, or ECONNRESET if it had sent what we did not
 * read (unix(7)).
 */
export const plainTraits: StreamTraits = {
  reset: (stream) => stream.destroy(),
  endedByReset: () => false,
};
