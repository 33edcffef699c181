import type { Writable } from 'node:stream';
import type { ByteSink } from '../framing/byte-sink.ts';
import { writeUint } from '../framing/uint.ts';
import { view } from '../framing/view.ts';
import { ownSlab, sharedSlab, type Slab } from './slab.ts';

// From here on, a view that is handed over costs less than a copy.
const KEPT_FROM = 4096;
// The most bytes that UTF-8 needs for one UTF-16 unit.
const UTF8_BYTES = 3;

/** Bytes in the order of the wire: a part of a slab, or a large value as it was given. */
interface Piece {
  readonly bytes: Uint8Array;
  readonly slab: Slab | undefined;
}

// So many that nobody needs are kept for those who write next.
const SPARE_BUFFERS = 64;
const spare: WriteBuffer[] = [];

/** One that is empty. */
export function borrowWriteBuffer(): WriteBuffer {
  return spare.pop() ?? new WriteBuffer();
}

/** It has to be empty again, the kernel to have what it handed over, and nobody may use it any more. */
export function giveBackWriteBuffer(buffer: WriteBuffer): void {
  // A message that was taken back may have left it with a claim on a slab.
  buffer.clear();
  if (spare.length < SPARE_BUFFERS) spare.push(buffer);
}

/**
 * What was written and not yet handed to the stream: whole pieces, and at the end one that grows at the top of a slab.
 *
 * ```text
 * pieces                          open
 * [slab 1: aabbb][value: 5000 B]  [slab 1: ccdd…
 * ```
 */
export class WriteBuffer implements ByteSink {
  /** Bytes that wait here. */
  size = 0;

  #pieces: Piece[] = [];
  #slab: Slab | undefined;
  #start = 0;
  #end = 0;
  // Slabs whose pieces the stream has, and perhaps not the kernel.
  #handedOver: Slab[] | undefined;
  // While the stream is at work, what is written goes to slabs of our own.
  #waiting = false;
  #own: Slab | undefined;
  // The end of the last whole message, which `rollBack` goes back to.
  #markedPieces = 0;
  #markedSlab: Slab | undefined;
  #markedStart = 0;
  #markedEnd = 0;
  #markedSize = 0;

  uint(value: number, bytes: number, endian: 'big' | 'little'): void {
    const slab = this.#room(bytes);
    const target = slab.bytes;
    const at = this.#end;
    if (bytes === 4 && endian === 'big') {
      target[at] = value >>> 24;
      target[at + 1] = value >>> 16;
      target[at + 2] = value >>> 8;
      target[at + 3] = value;
    } else {
      writeUint(target, at, value, bytes, endian);
    }
    this.#grow(slab, bytes);
  }

  bytes(value: Uint8Array): void {
    const { length } = value;
    if (length === 0) return;
    if (length >= KEPT_FROM) {
      this.#keep(value);
      return;
    }
    const slab = this.#room(length);
    slab.bytes.set(value, this.#end);
    this.#grow(slab, length);
  }

  text(value: string): void {
    if (value.length === 0) return;
    if (value.length >= KEPT_FROM) {
      this.#keep(Buffer.from(value));
      return;
    }
    const slab = this.#room(value.length * UTF8_BYTES);
    this.#grow(slab, slab.bytes.write(value, this.#end));
  }

  /** Bytes of the message that is being written. */
  get uncommitted(): number {
    return this.size - this.#markedSize;
  }

  /** A message is whole. */
  commit(): void {
    this.#markedPieces = this.#pieces.length;
    this.#markedSlab = this.#slab;
    this.#markedStart = this.#start;
    this.#markedEnd = this.#end;
    this.#markedSize = this.size;
  }

  /** Forgets the message that is being written. */
  rollBack(): void {
    if (this.uncommitted === 0) return;
    if (this.#slab !== this.#markedSlab || this.#start !== this.#markedStart) this.#drop();
    const later = this.#pieces.splice(this.#markedPieces);
    if (later.length === 0) this.#shrink(this.#markedEnd);
    else this.#drop();
    for (const piece of later) this.#restore(piece);
    this.size = this.#markedSize;
  }

  /** Hands everything to the stream in one write, vectored where needed; `onWritten` is called when it is done. */
  handOver(stream: Writable, onWritten: (error?: Error | null) => void): void {
    const slab = this.#slab;
    this.size = 0;
    this.#waiting = true;
    this.#leaveOwn();
    if (this.#pieces.length === 0 && slab !== undefined) {
      const piece = view(slab.memory, this.#start, this.#end - this.#start);
      this.#slab = undefined;
      this.#remember(slab);
      this.commit();
      stream.write(piece, onWritten);
      return;
    }
    this.#seal();
    const pieces = this.#pieces;
    this.#pieces = [];
    this.commit();
    const last = pieces.length - 1;
    stream.cork();
    pieces.forEach((piece, index) => {
      if (piece.slab !== undefined) this.#remember(piece.slab);
      if (index === last) stream.write(piece.bytes, onWritten);
      else stream.write(piece.bytes);
    });
    stream.uncork();
  }

  /** The stream is ready for more; `inKernel` says whether what it was handed may be written over. */
  written(inKernel: boolean): void {
    this.#waiting = false;
    const handedOver = this.#handedOver;
    this.#handedOver = undefined;
    if (!inKernel || handedOver === undefined) return;
    for (const slab of handedOver) slab.release();
  }

  /** Forgets what was not handed over. */
  clear(): void {
    this.#drop();
    if (this.#pieces.length > 0) {
      for (const { slab } of this.#pieces) slab?.release();
      this.#pieces = [];
    }
    this.#leaveOwn();
    this.size = 0;
    this.commit();
  }

  #room(bytes: number): Slab {
    const slab = this.#slab;
    // Another connection may have claimed the top since, or a message of its own been written by an encoder.
    if (slab !== undefined && slab.used === this.#end && slab.bytes.length - this.#end >= bytes) return slab;
    return this.#open(bytes);
  }

  #open(bytes: number): Slab {
    this.#seal();
    const slab = this.#waiting ? this.#ownSlab(bytes) : sharedSlab(bytes);
    slab.claim();
    this.#slab = slab;
    this.#start = slab.used;
    this.#end = slab.used;
    return slab;
  }

  /** The same again behind a large value, or each small one between two of them would cost a slab. */
  #ownSlab(bytes: number): Slab {
    if (this.#own === undefined || this.#own.bytes.length - this.#own.used < bytes) {
      this.#leaveOwn();
      this.#own = ownSlab(bytes, this.size);
      // Besides its pieces: who takes back the last of them must not set it free while it stands here.
      this.#own.claim();
    }
    return this.#own;
  }

  #leaveOwn(): void {
    this.#own?.release();
    this.#own = undefined;
  }

  #grow(slab: Slab, bytes: number): void {
    this.#end += bytes;
    slab.used = this.#end;
    this.size += bytes;
  }

  #keep(bytes: Uint8Array): void {
    this.#seal();
    this.#pieces.push({ bytes, slab: undefined });
    this.size += bytes.length;
  }

  /** Makes a piece of what is open. */
  #seal(): void {
    const slab = this.#slab;
    if (slab === undefined) return;
    this.#slab = undefined;
    if (this.#end === this.#start) slab.release();
    else this.#pieces.push({ bytes: view(slab.memory, this.#start, this.#end - this.#start), slab });
  }

  #remember(slab: Slab): void {
    if (this.#handedOver === undefined) this.#handedOver = [slab];
    else this.#handedOver.push(slab);
  }

  /** Forgets the open piece. */
  #drop(): void {
    this.#shrink(this.#start);
    this.#slab?.release();
    this.#slab = undefined;
  }

  /** Makes the open piece end earlier. */
  #shrink(end: number): void {
    const slab = this.#slab;
    if (slab === undefined) return;
    if (slab.used === this.#end) slab.used = end;
    this.#end = end;
  }

  /** Of the pieces after the mark, the one that was open then keeps what it had. */
  #restore({ bytes, slab }: Piece): void {
    const start = this.#markedStart;
    const end = this.#markedEnd;
    const wasOpen = slab !== undefined && slab === this.#markedSlab && bytes.byteOffset === start;
    if (wasOpen && end > start) this.#pieces.push({ bytes: view(slab.memory, start, end - start), slab });
    else slab?.release();
  }
}
