/**
 * What happened in a simulated network at one moment.
 *
 * @public
 */
export interface TraceEvent {
  /** Milliseconds of the scheduler. */
  readonly at: number;
  /** The host that did it, or saw it; undefined for what befell the network. */
  readonly host: string | undefined;
  /** The other host; undefined where there is none. */
  readonly peer: string | undefined;
  /** `sent` and `arrived` are of the network, `host` of a machine or of the way between two. */
  readonly kind: 'sent' | 'arrived' | 'host';
  /** Which connection of the network, counted from 1; 0 for none. */
  readonly connection: number;
  /** What: `SYN`, `FIN`, `RST`, `6 B "hello\n"`, `crash, reset` … */
  readonly text: string;
}
