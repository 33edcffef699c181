import type { Meter, Tracer } from '@opentelemetry/api';

/**
 * Where {@link instrument} takes its meter and its tracer from, and how much it tells.
 *
 * @public
 */
export interface InstrumentOptions {
  /** Makes the instruments. Default: that of the global meter provider, under the name `rxjs-net`. */
  readonly meter?: Meter | undefined;
  /** Makes the spans. Default: that of the global tracer provider, under the name `rxjs-net`. */
  readonly tracer?: Tracer | undefined;
  /**
   * Whether the metrics of connections and refusals have the peer's address as an attribute. Default false: that is a series
   * for each peer that ever came.
   */
  readonly peerAddress?: boolean | undefined;
}
