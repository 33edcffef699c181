import { writeDiagram } from './sequence-diagram.ts';
import type { TraceEvent } from './trace-event.ts';
import type { Segment } from './tcp-end.ts';

/**
 * What happened in a simulated network, in order.
 *
 * @public
 */
export interface Trace {
  /** The latest events, as many as are kept. */
  readonly events: readonly TraceEvent[];
  /** The events as text, a line each: the same for the same seed, to the byte. */
  toString(): string;
  /**
   * The events as a sequence diagram: a column for each host, what it sent and what it saw.
   *
   * ```text
   *      ms   client                server
   *   0.000      ├─ SYN ─────────────▶
   *   1.000      │                     ● SYN
   * ```
   */
  diagram(): string;
}

/** Keeps the latest events, at most so many. */
export class RecordedTrace implements Trace {
  readonly #limit: number;
  readonly #clock: { now(): number };
  #events: TraceEvent[] = [];

  constructor(limit: number, clock: { now(): number }) {
    this.#limit = limit;
    this.#clock = clock;
  }

  get events(): readonly TraceEvent[] {
    return this.#events.slice(-this.#limit);
  }

  /** Something befell a host, or the network. */
  note(host: string | undefined, text: string, connection = 0): void {
    // A line for each event: that is what the diagram and `toString` are made of.
    this.#record({
      host,
      peer: undefined,
      kind: 'host',
      connection,
      text: text.replace(/\s*[\r\n]\s*/gu, ' '),
    });
  }

  /** Something that is no segment of a connection was sent, or arrived. */
  handshake(kind: 'sent' | 'arrived', host: string, peer: string, text: string, connection = 0): void {
    this.#record({ host, peer, kind, connection, text });
  }

  segment(kind: 'sent' | 'arrived', host: string, peer: string, connection: number, segment: Segment): void {
    // Of no interest to people, and half of all that is sent.
    if (segment.kind === 'window' || this.#limit === 0) return;
    const text = segment.kind === 'data' ? describeBytes(segment.bytes) : segment.kind.toUpperCase();
    this.#record({ host, peer, kind, connection, text });
  }

  #record(event: Omit<TraceEvent, 'at'>): void {
    if (this.#limit === 0) return;
    this.#events.push({ at: this.#clock.now(), ...event });
    // Cut rarely, because to cut is to copy.
    if (this.#events.length >= 2 * this.#limit) this.#events = this.#events.slice(-this.#limit);
  }

  toString(): string {
    return this.events.map(lineOf).join('');
  }

  diagram(): string {
    return writeDiagram(this.events);
  }
}

function lineOf({ at, host, peer, kind, connection, text }: TraceEvent): string {
  const way =
    peer === undefined
      ? (host ?? 'network')
      : kind === 'arrived'
        ? `${host ?? ''} ◀ ${peer}`
        : `${host ?? ''} ▶ ${peer}`;
  const label = connection === 0 ? '' : `#${connection} `;
  return `${at.toFixed(3)} ${way}: ${label}${text}\n`;
}

const SHOWN_BYTES = 24;

/** Bytes for people: how many, and the begin of them as text where it is text. */
function describeBytes(bytes: Uint8Array): string {
  const begin = Buffer.from(bytes.subarray(0, SHOWN_BYTES));
  const text = begin.toString('latin1');
  const isText = /^[\t\n\r\x20-\x7e]*$/u.test(text);
  const more = bytes.length > SHOWN_BYTES ? '…' : '';
  return `${bytes.length} B ${isText ? quoted(text) : begin.toString('hex')}${more}`;
}

/** As a string of JavaScript is written, in the quotes that need the fewest backslashes. */
function quoted(text: string): string {
  const inDouble = JSON.stringify(text);
  if (text.includes("'") || !text.includes('"')) return inDouble;
  return `'${inDouble.slice(1, -1).replaceAll('\\"', '"')}'`;
}
