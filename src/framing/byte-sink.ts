/**
 * Where an encoder writes a message to: the write buffer of a connection.
 *
 * Nothing is sent before the encoder has returned, and nothing at all of a message whose encoder throws.
 *
 * @public
 */
export interface ByteSink {
  /** An unsigned integer of 1 to 8 bytes. What does not fit is the caller's mistake: its upper bytes are cut off. */
  uint(value: number, bytes: number, endian: 'big' | 'little'): void;
  /** Bytes as they are. Fewer than 4 KiB are copied at once; more are kept until they are sent, so leave them alone. */
  bytes(value: Uint8Array): void;
  /** Text as UTF-8. */
  text(value: string): void;
}

/**
 * Writes one message as it goes over the wire.
 *
 * @public
 */
export type Encode<Out> = (message: Out, sink: ByteSink) => void;
