/** A way to move a stream of bytes one way; how it is cut on the way does not matter. */
export interface StreamContender {
  /** Calls `onChunk` for every chunk of every connection, and `onEnd` when a peer has ended. @returns the port */
  listen(onChunk: (chunk: Uint8Array) => void, onEnd: () => void): Promise<number>;
  /** Sends all chunks and ends the connection; settles when they are handed over. It pulls as fast as the peer reads. */
  send(port: number, chunks: Iterable<Uint8Array>): Promise<void>;
}
