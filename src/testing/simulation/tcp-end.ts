import { newLane, type Lane, type Path } from './path.ts';

/** What one end of a connection sends to the other. */
export type Segment =
  | { readonly kind: 'data'; readonly bytes: Buffer }
  | { readonly kind: 'window'; readonly bytes: number }
  | { readonly kind: 'fin' }
  | { readonly kind: 'rst' };

/** Why a kernel gives up a connection, by the names of errno(3). */
export type LossCode = 'ECONNRESET' | 'ETIMEDOUT';

/** The process that has the socket of an end. */
export interface TcpOwner {
  /** There is something to read, or the end of it, or a loss. */
  onReadable(): void;
  /** The send buffer has room. */
  onWritable(): void;
}

/** How a kernel of a host treats its connections. */
export interface TcpSettings {
  /** Bytes that may be under way to this end, or unread in it. */
  readonly window: number;
  /** Bytes that the kernel takes before they are sent. */
  readonly sendBuffer: number;
  /** The size of the next segment. */
  readonly segmentSize: () => number;
}

/** Which end of which connection it is. */
export interface TcpIdentity {
  /** Of the connection, in its network. */
  readonly number: number;
  /** Milliseconds of silence before its kernel looks whether the peer is there; undefined for never. */
  readonly keepAliveDelay: number | undefined;
}

/** The machine that an end is in: it is told what happens. */
export interface TcpHost {
  sent(segment: Segment): void;
  arrived(segment: Segment): void;
  /** Something came for an end that went with its machine. */
  arrivedAtNobody(from: TcpEnd): void;
  /** Its kernel has given it up. */
  gaveUp(code: LossCode): void;
  /** The way to the peer is blocked, and something waits for it to open. */
  stuck(): void;
  /** Nothing is to be expected of it any more. */
  over(): void;
}

// So often the reader's kernel says that there is room again.
const UPDATES_PER_WINDOW = 4;

/**
 * One end of a TCP connection, as a kernel has it.
 *
 * ```text
 *   write ─▶ send buffer ─▶ segments, as far as the window of the other end goes ─▶ path ─▶ receive buffer ─▶ read
 *                                 ▲──────────────── window ◀── path ◀────────────────────────────┘
 *
 *   shutdown  FIN behind all that was written
 *   close     shutdown; but RST where something is unread, or comes later (tcp(7))
 *   reset     RST, and nothing more
 *   vanish    the machine is gone: not a word, and what is under way is lost
 * ```
 */
export class TcpEnd {
  owner: TcpOwner | undefined;
  peer: TcpEnd | undefined;
  /** What this end is lost with, once its reader has all that came before. */
  loss: LossCode | undefined;
  /** Its kernel has begun to count how long the peer does not acknowledge. */
  isWatched = false;

  readonly path: Path;
  readonly number: number;
  readonly keepAliveDelay: number | undefined;

  readonly #lane: Lane = newLane();
  readonly #settings: TcpSettings;
  readonly #host: TcpHost;
  #sendBuffer: Buffer[] = [];
  #sendBytes = 0;
  #credit: number;
  #received: Buffer[] = [];
  #consumed = 0;
  #finWanted = false;
  #finSent = false;
  #finReceived = false;
  #closed = false;
  #dead = false;
  #vanished = false;
  #stuck = 0;
  #stuckSince = 0;
  readonly #onHeld = (isHeld: boolean): void => {
    if (this.#stuck === 0) this.#stuckSince = this.path.now;
    this.#stuck += isHeld ? 1 : -1;
    if (isHeld) this.#host.stuck();
  };
  #heardAt: number;

  constructor(path: Path, settings: TcpSettings, { number, keepAliveDelay }: TcpIdentity, host: TcpHost) {
    this.number = number;
    this.keepAliveDelay = keepAliveDelay;
    this.path = path;
    this.#settings = settings;
    this.#host = host;
    this.#credit = settings.window;
    this.#heardAt = path.now;
  }

  /** Nothing of it is left: it was reset, lost, or has vanished. */
  get dead(): boolean {
    return this.#dead;
  }

  /** The peer has sent FIN, and all before it was read. */
  get ended(): boolean {
    return this.#finReceived && this.#received.length === 0;
  }

  get room(): number {
    return this.#dead ? Infinity : this.#settings.sendBuffer - this.#sendBytes;
  }

  /** Takes a copy of the bytes; they must not be more than there is room for. */
  write(bytes: Uint8Array): void {
    if (this.#dead || bytes.length === 0) return;
    this.#sendBuffer.push(Buffer.from(bytes));
    this.#sendBytes += bytes.length;
    this.#transmit();
  }

  /** At most so many of the bytes that came. */
  read(most: number = Infinity): Buffer | undefined {
    const chunk = this.#received.shift();
    if (chunk === undefined) return undefined;
    const taken = chunk.subarray(0, most);
    if (taken.length < chunk.length) this.#received.unshift(chunk.subarray(taken.length));
    this.#consume(taken.length);
    return taken;
  }

  shutdown(): void {
    this.#finWanted = true;
    this.#transmit();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.owner = undefined;
    if (this.#received.length > 0) this.reset();
    else this.shutdown();
  }

  reset(): void {
    if (this.#dead) return;
    this.#send({ kind: 'rst' });
    this.#die();
  }

  vanish(): void {
    this.#vanished = true;
    this.#die();
  }

  /** The kernel gives up: its process is told when it reads or writes. */
  lose(code: LossCode): void {
    if (this.#dead) return;
    this.#host.gaveUp(code);
    this.#lose(code);
  }

  #lose(code: LossCode): void {
    if (this.#dead) return;
    this.loss = code;
    this.#die();
    // Whoever neither reads nor writes does not notice, as it is with a real socket.
    this.owner?.onWritable();
    this.owner?.onReadable();
  }

  /** Milliseconds until its kernel asks whether the peer is there: it counts from what came last; undefined for never. */
  get nextProbe(): number | undefined {
    const delay = this.keepAliveDelay;
    if (delay === undefined || delay === 0) return delay;
    // Those before have been answered, and were heard as well.
    return delay - ((this.path.now - this.#heardAt) % delay);
  }

  /** Since when something of it waits for the way to open; undefined where nothing does. */
  get stuckSince(): number | undefined {
    return this.#stuck > 0 ? this.#stuckSince : undefined;
  }

  /** The last step of the handshake, in front of all that it sends. */
  open(deliver: () => void): void {
    this.#heardAt = this.path.now;
    this.path.carry(0, this.#lane, { arrive: deliver });
  }

  #arrive(segment: Segment, from: TcpEnd): void {
    if (from.#vanished) return;
    if (this.#vanished) {
      if (segment.kind !== 'rst') this.#host.arrivedAtNobody(from);
      return;
    }
    this.#heardAt = this.path.now;
    this.#host.arrived(segment);
    if (this.#dead) {
      // A kernel that knows of no such connection says so; but not to an RST (RFC 9293, 3.5.2).
      if (segment.kind !== 'rst') this.#send({ kind: 'rst' });
      return;
    }
    switch (segment.kind) {
      case 'data':
        if (this.#closed) this.reset();
        else this.#received.push(segment.bytes);
        break;
      case 'window':
        this.#credit += segment.bytes;
        this.#transmit();
        return;
      case 'fin':
        this.#finReceived = true;
        this.#lookWhetherOver();
        break;
      case 'rst':
        this.#lose('ECONNRESET');
        return;
      default:
        segment satisfies never;
    }
    this.owner?.onReadable();
  }

  #consume(bytes: number): void {
    this.#consumed += bytes;
    if (this.#consumed < this.#settings.window / UPDATES_PER_WINDOW) return;
    this.#send({ kind: 'window', bytes: this.#consumed });
    this.#consumed = 0;
  }

  #transmit(): void {
    if (this.#dead) return;
    const before = this.#sendBytes;
    while (this.#sendBytes > 0 && this.#credit > 0) {
      const bytes = this.#take(Math.min(this.#credit, Math.max(1, this.#settings.segmentSize())));
      this.#credit -= bytes.length;
      this.#send({ kind: 'data', bytes });
    }
    if (this.#finWanted && !this.#finSent && this.#sendBytes === 0) {
      this.#finSent = true;
      this.#send({ kind: 'fin' });
    }
    if (this.#sendBytes < before) this.owner?.onWritable();
  }

  /** What was written apart goes together where it fits into one segment, as Nagle's kernel and a corked one do it. */
  #take(most: number): Buffer {
    const parts: Buffer[] = [];
    let size = 0;
    while (size < most) {
      const first = this.#sendBuffer.shift();
      if (first === undefined) break;
      const part = first.subarray(0, most - size);
      if (part.length < first.length) this.#sendBuffer.unshift(first.subarray(part.length));
      parts.push(part);
      size += part.length;
    }
    this.#sendBytes -= size;
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  }

  #send(segment: Segment): void {
    const { peer } = this;
    if (peer === undefined) return;
    this.#host.sent(segment);
    const bytes = segment.kind === 'data' ? segment.bytes.length : 0;
    const arrive = (): void => {
      peer.#arrive(segment, this);
    };
    // Nobody acknowledges what only acknowledges, so its sender does not wait for that.
    if (segment.kind === 'window') this.path.carry(bytes, this.#lane, { arrive });
    else this.path.carry(bytes, this.#lane, { arrive, held: this.#onHeld });
  }

  /** Once both have what the other one sent: what is under way until then goes with its machine. */
  #lookWhetherOver(): void {
    const { peer } = this;
    if (peer === undefined || !this.#finReceived || !peer.#finReceived) return;
    this.#host.over();
    peer.#host.over();
  }

  #die(): void {
    this.#dead = true;
    this.#sendBuffer = [];
    this.#sendBytes = 0;
    this.#host.over();
  }
}
