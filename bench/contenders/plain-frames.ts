const PREFIX = 4;

/** The frame of a message as most programs make it: a new buffer with a 4-byte length and the payload. */
export function frameOf(payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(PREFIX + payload.length);
  frame.writeUInt32BE(payload.length, 0);
  frame.set(payload, PREFIX);
  return frame;
}

/** The decoder that most programs would write: views of what is whole, and the tail put in front of the next chunk. */
export class PlainDecoder {
  #tail: Buffer | undefined;

  decode(chunk: Buffer, onFrame: (frame: Buffer) => void): void {
    const bytes = this.#tail === undefined ? chunk : Buffer.concat([this.#tail, chunk]);
    let offset = 0;
    while (bytes.length - offset >= PREFIX) {
      const end = offset + PREFIX + bytes.readUInt32BE(offset);
      if (end > bytes.length) break;
      onFrame(bytes.subarray(offset + PREFIX, end));
      offset = end;
    }
    this.#tail = offset === bytes.length ? undefined : bytes.subarray(offset);
  }
}
