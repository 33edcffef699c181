/**
 * What happens to the bytes of one direction of a connection. What is not named is as it was, and at the beginning as if the
 * proxy were not there.
 *
 * In parentheses: the toxic of Shopify's toxiproxy that is alike.
 *
 * @see The README of Shopify/toxiproxy
 * @public
 */
export interface DirectionFaults {
  /** Milliseconds that bytes, and the FIN behind them, are on their way (`latency`). Default 0; `Infinity`: they never arrive, nor does what comes after them. */
  readonly latency?: number | undefined;
  /**
   * Milliseconds by which the latency of each chunk is longer or shorter, by chance (`latency`, too). Nothing overtakes. Default 0.
   */
  readonly jitter?: number | undefined;
  /** Bytes per second, of each connection (`bandwidth`, whose unit is KB/s). Default `Infinity`. */
  readonly rate?: number | undefined;
  /** Writes pieces of so many bytes, each in a write of its own (`slicer`). Default `Infinity`: as they came. */
  readonly slice?: number | undefined;
  /** Bytes by which each of these pieces is longer or shorter, by chance (`slicer`, too); less than `slice`. Default 0. */
  readonly sliceVariation?: number | undefined;
  /** Milliseconds to wait after each piece (`slicer`, too, whose unit is µs). Default 0. */
  readonly sliceDelay?: number | undefined;
  /**
   * Passes nothing on, neither bytes nor a FIN, from now on (`true`), or once so many bytes were passed on in all. They are read
   * until the window is full, and wait (`timeout`, which loses them). A reset still passes; but of a side that is not read from,
   * because more than the window was sent, it is noticed only when the window has room again. Default false.
   */
  readonly stall?: boolean | number | undefined;
  /**
   * Silence, as if the cable were cut: nothing is read (but what is read ahead), nothing is passed on, and neither a FIN nor a
   * reset is told to the other side, until it is false again. Default false.
   */
  readonly halfOpen?: boolean | undefined;
  /** Resets the connection, on both sides, once so many bytes were passed on in this direction. Default `Infinity`. */
  readonly resetAfter?: number | undefined;
  /** Closes the connection, on both sides, once so many bytes were passed on in this direction (`limit_data`). Default `Infinity`. */
  readonly closeAfter?: number | undefined;
  /** Milliseconds by which a FIN is passed on later than the bytes before it (`slow_close`). Default 0. */
  readonly closeDelay?: number | undefined;
}

/**
 * What happens to connections: {@link DirectionFaults} for both directions, or for one.
 *
 * @example
 * ```ts
 * import { faultProxy, type Faults } from 'rxjs-net/testing';
 * import { take } from 'rxjs';
 *
 * const mobile: Faults = { latency: 50, jitter: 20, downstream: { rate: 125_000 } };
 * faultProxy({ to: '127.0.0.1:7001', ...mobile })
 *   .pipe(take(1))
 *   .subscribe();
 * ```
 * @public
 */
export interface Faults extends DirectionFaults {
  /** From the client to the server; it goes before what is said for both. */
  readonly upstream?: DirectionFaults | undefined;
  /** From the server to the client; it goes before what is said for both. */
  readonly downstream?: DirectionFaults | undefined;
  /** Resets each connection so many milliseconds after it was accepted, or after this was changed (`reset_peer`). Default `Infinity`. */
  readonly resetIn?: number | undefined;
  /**
   * Closes each connection so many milliseconds after it was accepted, or after this was changed (with `stall`: `timeout`). Where
   * bytes are kept back or were not read, or no server was dialled yet, it is a reset, so that nothing that was cut short looks
   * whole. Default `Infinity`.
   */
  readonly closeIn?: number | undefined;
}
