import type { Observable, SchedulerLike } from 'rxjs';
import type { Connection } from '../../connection/connection.ts';
import type { Endpoint } from '../../endpoint/endpoint.ts';
import type { Bytes } from '../../framing/bytes.ts';

/**
 * What happens to a {@link connectionDouble} from outside. Each Observable is subscribed when the double is made; an error of
 * `congested` or `draining` means nothing, so RxJS reports it as one that nobody handles.
 *
 * @public
 */
export interface ConnectionDoubleOptions<In = Buffer> {
  /**
   * What the peer sends: its completion is the peer's FIN, and its error is the loss of the connection (`ERR_CONNECTION_RESET`, if
   * it is no TransportError). Default: nothing, for ever.
   */
  readonly received?: Observable<In> | undefined;
  /** Whether more waits to be sent than the peer takes. Default: never. */
  readonly congested?: Observable<boolean> | undefined;
  /** Bytes that may wait while it is congested; past that, `write` aborts and a `send` that is pushed errors. Default 16 MiB. */
  readonly maxWriteBuffer?: number | undefined;
  /** Its first value tells the handler that the server is shutting down. Default: never. */
  readonly draining?: Observable<unknown> | undefined;
  /** Who has dialled: an accepted connection answers after the peer's FIN, for a dialled one it is over. Default `accepted`. */
  readonly role?: 'accepted' | 'dialled' | undefined;
  /** Default `double-1` and so on. */
  readonly id?: string | undefined;
  /** Default `here:1`. */
  readonly local?: Endpoint | undefined;
  /** Default `there:2`. */
  readonly remote?: Endpoint | undefined;
  /** What tells the time for the `duration` of `closed`. Default `asyncScheduler`; within `TestScheduler.run` that is virtual. */
  readonly scheduler?: Pick<SchedulerLike, 'now'> | undefined;
}

/**
 * A connection without a wire, and what its handler has done to it.
 *
 * @public
 */
export interface ConnectionDouble<In = Buffer, Out = Bytes> extends Connection<In, Out> {
  /**
   * What was written, by `write` and by `send`: each value as it was then, and at once, also while the peer is congested. Completes
   * on `end` and `close`, and errors with what the connection was aborted or lost with. Replays.
   */
  readonly written: Observable<Out>;
  /** Whether reading is held; the present state first, then each change. */
  readonly holding: Observable<boolean>;
}
