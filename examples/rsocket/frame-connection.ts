import {
  Deferred,
  type Closeable,
  type Demultiplexer,
  type DuplexConnection,
  type Frame,
  type FrameHandler,
  type Multiplexer,
  type Outbound,
} from 'rsocket-core';
import { filter, finalize, ignoreElements, map, merge, Observable, takeUntil, tap } from 'rxjs';
import type { Connection } from 'rxjs-net';
import { PacedDemand } from './paced-demand.ts';

/** What rsocket-core puts on a connection: it knows which frame is for which stream. */
export type Streams = Multiplexer & Demultiplexer & FrameHandler;

/** A connection of rxjs-net as rsocket-core wants to have it. */
export class FrameConnection extends Deferred implements DuplexConnection, Outbound {
  readonly multiplexerDemultiplexer: Streams;
  readonly #connection: Connection<Frame, Frame>;
  readonly #demand = new PacedDemand();

  constructor(connection: Connection<Frame, Frame>, streams: (outbound: Outbound & Closeable) => Streams) {
    super();
    this.#connection = connection;
    this.multiplexerDemultiplexer = streams(this);
  }

  get availability(): number {
    return this.done ? 0 : 1;
  }

  send(frame: Frame): void {
    // Of those of one tick, all go out together. Over maxWriteBuffer the connection ends with ERR_WRITE_OVERFLOW.
    this.#connection.write(frame);
    this.#demand.said(frame);
  }

  override close(error?: Error): void {
    // Both ends of a conversation may end it, and rsocket-core prints a warning about the second time.
    if (!this.done) super.close(error);
  }

  /** Hands the frames on, until either side closes; whoever unsubscribes closes. The rest is up to the connection's owner. */
  handle(frames: Observable<Frame>): Observable<never> {
    const closed = new Observable<void>((subscriber) => {
      this.onClose(() => {
        subscriber.next();
      });
    });
    const told = frames.pipe(
      finalize(() => {
        this.close();
      }),
      map((frame) => this.#demand.came(frame)),
      filter((frame) => frame !== undefined),
    );
    return merge(this.#demand.later(this.#connection.congested), told).pipe(
      tap((frame) => {
        this.multiplexerDemultiplexer.handle(frame);
      }),
      tap({
        error: (error: unknown) => {
          this.close(error instanceof Error ? error : new Error(String(error)));
        },
      }),
      ignoreElements(),
      takeUntil(closed),
    );
  }
}
