import { asyncScheduler, Observable, Subscription, type SchedulerLike, type Unsubscribable } from 'rxjs';
import { toTransportError } from '../errors/system-error.ts';
import { TransportError } from '../errors/transport-error.ts';
import { INCOMPLETE, type Codec, type Decoder } from '../framing/codec.ts';
import { NOTHING } from '../framing/view.ts';
import { byteSourceOf, type ByteChannel } from './byte-channel.ts';
import { errorOf, finalizerError, located } from './connection-context.ts';
import type { Connection } from './connection.ts';
import { ExclusiveReader, type Reader, type ReaderHost } from './exclusive-reader.ts';
import { FrameDeadline } from './frame-deadline.ts';

/** How long a frame may take. */
export interface FrameSettings {
  readonly frameTimeout: number;
  /** Its clock; undefined for that of the connection. */
  readonly scheduler: SchedulerLike | undefined;
}

/**
 * The reading half of a framed connection: it pulls messages out of the chunks while its reader wants them.
 *
 * ```text
 * received of the bytes   [abc|de]  [f|gh|]
 * messages                 abc       def gh
 *
 * the reader leaves within a chunk    the rest of it goes back to the connection, for the next reader
 * the reader holds within a chunk     the rest of it is kept, and the peer's end waits for it
 * the bytes are no message            the reader gets the error, and the connection fails with it
 * ```
 *
 * There is a decoder from the first chunk for a reader until that leaves; between two readers nothing is kept here.
 */
export class FramedInbound<In> implements ReaderHost, Reader<Buffer> {
  readonly #connection: Connection;
  readonly #channel: ByteChannel | undefined;
  readonly #codec: Pick<Codec<In>, 'decoder'>;
  readonly #reader: ExclusiveReader<In> = new ExclusiveReader(this);
  readonly #settings: FrameSettings;
  #deadline: FrameDeadline | undefined;
  #decoder: Decoder<In> | undefined;
  // Whether the bytes are read, and how to stop.
  #reading = false;
  #source: Unsubscribable | undefined;
  // What came although we hold or are busy, and what a reader left: a connection made of plain Observables can neither be
  // held back nor take anything back.
  #early: Buffer[] | undefined;
  // `cut`: the bytes end here for the reader, and not because the peer has ended: what has begun of a message is no error.
  #end: { readonly error?: TransportError; readonly cut?: boolean } | undefined;
  #holds = 0;
  #messages = 0;
  #drained = true;
  #dropped = false;
  #delivering = false;
  #stale = false;

  constructor(
    connection: Connection,
    channel: ByteChannel | undefined,
    codec: Pick<Codec<In>, 'decoder'>,
    settings: FrameSettings,
  ) {
    this.#connection = connection;
    this.#channel = channel;
    this.#codec = codec;
    this.#settings = settings;
  }

  get received(): Observable<In> {
    return new Observable((subscriber) => {
      this.#reader.subscribe(subscriber);
    });
  }

  hold(): Subscription {
    this.#holds += 1;
    this.#deadline?.stop();
    const held = this.#connection.hold();
    return new Subscription(() => {
      this.#holds -= 1;
      // What is left of the chunk comes before what the connection reads then.
      this.#flow();
      held.unsubscribe();
    });
  }

  /** An abort: what no reader took yet is thrown away. */
  drop(): void {
    this.#dropped = true;
  }

  refusal(): undefined {
    return undefined;
  }

  alreadyReading(): TransportError {
    return errorOf(this.#connection, 'ERR_ALREADY_READING', 'read');
  }

  onThrow(cause: unknown): void {
    this.#connection.abort(finalizerError(this.#connection, cause));
  }

  onReaderChange(): void {
    this.#flow();
  }

  /** Brings reader, decoder and connection in line with the state. Every change of the state calls it. */
  #flow(): void {
    this.#stale = true;
    // From within `next`: the loop below looks at everything again.
    if (this.#delivering) return;
    this.#delivering = true;
    this.#channel?.delivering(true);
    while (this.#stale) {
      this.#stale = false;
      this.#deliver();
    }
    this.#delivering = false;
    if (this.#reader.present) this.#read();
    else this.#leave();
    this.#channel?.delivering(false);
  }

  /** After a loss nothing else comes, so that what is left is delivered even to a reader that holds. */
  get #wanted(): boolean {
    return this.#reader.present && !this.#dropped && (this.#holds === 0 || this.#end?.error !== undefined);
  }

  /** Nothing is left to deliver before the end. */
  get #over(): boolean {
    if (this.#dropped) return true;
    const tail = this.#endsWhole && this.#decoder?.begun === true;
    return this.#drained && this.#early === undefined && !tail;
  }

  #deliver(): void {
    while (this.#wanted) {
      const message = this.#next();
      if (message === INCOMPLETE) break;
      this.#messages += 1;
      this.#reader.next(message);
    }
    if (this.#end !== undefined && this.#over) this.#reader.finish(this.#end.error);
  }

  #next(): In | typeof INCOMPLETE {
    if (this.#decoder === undefined && this.#early === undefined && this.#end === undefined)
      return INCOMPLETE;
    try {
      const decoder = this.#decoding;
      for (;;) {
        const message = decoder.next();
        if (message !== INCOMPLETE) {
          this.#drained = false;
          return message;
        }
        const chunk = this.#shiftEarly();
        if (chunk === undefined) break;
        decoder.push(chunk);
      }
      this.#drained = true;
      if (this.#end === undefined || !this.#endsWhole) return INCOMPLETE;
      const last = decoder.end();
      if (last === INCOMPLETE) this.#decoder = undefined;
      return last;
    } catch (error) {
      this.#fail(error);
      return INCOMPLETE;
    }
  }

  /** There is a reader: subscribes to the bytes, or watches over what has come of them. */
  #read(): void {
    const undelivered = !this.#drained || this.#early !== undefined;
    this.#channel?.retain(undelivered);
    if (!this.#reading) this.#enter();
    else if (this.#decoder?.begun === true && this.#holds === 0) this.#watch();
    else this.#deadline?.stop();
  }

  /** Made with the first frame that does not come whole: most connections never see one. */
  #watch(): void {
    if (this.#deadline === undefined) {
      const { frameTimeout, scheduler = this.#channel?.scheduler ?? asyncScheduler } = this.#settings;
      this.#deadline = new FrameDeadline(frameTimeout, scheduler, () => {
        const detail = `a frame was begun and not finished within ${frameTimeout} ms`;
        this.#fail(errorOf(this.#connection, 'ERR_FRAME_TIMEOUT', 'read', detail));
      });
    }
    this.#deadline.begun(this.#messages);
  }

  #enter(): void {
    this.#reading = true;
    const source = byteSourceOf(this.#connection);
    if (source !== undefined) {
      source.readBy(this);
      return;
    }
    // Known before the first chunk comes, which may be at once, and be the last that is wanted.
    const bytes = new Observable<Buffer>((subscriber) => {
      this.#source = subscriber;
      this.#connection.received.subscribe(subscriber);
    });
    bytes.subscribe(this);
  }

  get closed(): boolean {
    return !this.#reading;
  }

  add(admission: Unsubscribable): void {
    this.#source = admission;
  }

  next(chunk: Buffer): void {
    if (this.#early !== undefined) this.#early.push(chunk);
    else if (this.#drained && !this.#delivering) this.#push(chunk);
    else this.#early = [chunk];
    this.#flow();
  }

  error(error: unknown): void {
    this.#end = { error: toTransportError(error, 'read', this.#connection.remote) };
    this.#flow();
  }

  complete(): void {
    // A handler that is told to finish is told so before its peer has ended.
    this.#end = { cut: this.#channel?.ended === false };
    this.#flow();
  }

  /** Whether nothing may be left over at the end. */
  get #endsWhole(): boolean {
    return this.#end?.error === undefined && this.#end?.cut !== true;
  }

  get #decoding(): Decoder<In> {
    return (this.#decoder ??= this.#codec.decoder());
  }

  #shiftEarly(): Buffer | undefined {
    const chunk = this.#early?.shift();
    if (this.#early?.length === 0) this.#early = undefined;
    return chunk;
  }

  #push(chunk: Buffer): void {
    this.#drained = false;
    try {
      this.#decoding.push(chunk);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Nobody reads: what was not delivered goes back to where it came from. */
  #leave(): void {
    if (!this.#reading) return;
    const source = this.#source;
    const rest = Buffer.concat([this.#decoder?.rest() ?? NOTHING, ...(this.#early ?? [])]);
    this.#reading = false;
    this.#source = undefined;
    this.#decoder = undefined;
    this.#drained = true;
    this.#end = undefined;
    this.#early = this.#channel === undefined && rest.length > 0 ? [rest] : undefined;
    this.#deadline?.stop();
    // In this order, so that the end cannot come in between.
    this.#channel?.retain(true);
    source?.unsubscribe();
    this.#channel?.unshift(rest);
    this.#channel?.retain(false);
  }

  #fail(cause: unknown): void {
    const error = TransportError.is(cause)
      ? cause
      : new TransportError('ERR_INVALID_FRAME', { phase: 'read', detail: 'the decoder threw', cause });
    const failure = located(error, this.#connection) as TransportError;
    this.#decoder = undefined;
    this.#early = undefined;
    this.#drained = true;
    if (this.#channel === undefined) this.#connection.abort(failure);
    else this.#channel.fail(failure);
    this.#reader.finish(failure);
  }
}
