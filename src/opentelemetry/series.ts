import type { Attributes } from '@opentelemetry/api';
import type { CloseSummary } from '../connection/connection.ts';
import type { TransportError } from '../errors/transport-error.ts';
import { errorType } from './attributes.ts';

/** The connections that have the same attributes: how many are open, and what has become of the others. */
export class Series {
  readonly attributes: Attributes;
  open = 0;
  bytesRead = 0;
  bytesWritten = 0;
  #came = 0;
  readonly #ended = new Map<Attributes, number>();
  readonly #lost = new Map<string, Attributes>();

  constructor(attributes: Attributes) {
    this.attributes = attributes;
  }

  came(): void {
    this.open += 1;
    this.#came += 1;
  }

  /** Returns the attributes that say how it has ended: the same object for all that ended so. */
  closed({ bytesRead, bytesWritten, error }: CloseSummary): Attributes {
    this.open -= 1;
    this.bytesRead += bytesRead;
    this.bytesWritten += bytesWritten;
    const ending = error === undefined ? this.attributes : this.#lostBy(error);
    this.#ended.set(ending, (this.#ended.get(ending) ?? 0) + 1);
    return ending;
  }

  /** Tells how many have come, and ended in which way, since the last time. */
  count(came: (count: number) => void, ended: (count: number, attributes: Attributes) => void): void {
    if (this.#came > 0) came(this.#came);
    this.#came = 0;
    for (const [attributes, count] of this.#ended) ended(count, attributes);
    this.#ended.clear();
  }

  #lostBy(error: TransportError): Attributes {
    const known = this.#lost.get(error.code);
    if (known !== undefined) return known;
    const ending = { ...this.attributes, ...errorType(error) };
    this.#lost.set(error.code, ending);
    return ending;
  }
}

// What the SDKs keep of one instrument, when nobody says otherwise, and their name for all that is beyond it.
const MOST_SERIES = 2000;
const OTHERS = 'others';
const OVERFLOW: Attributes = { 'otel.metric.overflow': true };

/** Every {@link Series} there has been: a sum does not shrink when its connections are gone. */
export class AllSeries {
  readonly #series = new Map<string, Series>();

  /** The one with these attributes, which are made for the first connection with that key. */
  of(key: string, attributes: () => Attributes): Series {
    return this.#series.get(key) ?? this.#make(key, attributes);
  }

  [Symbol.iterator](): Iterator<Series> {
    return this.#series.values();
  }

  #make(key: string, attributes: () => Attributes): Series {
    // One is for all the others.
    if (this.#series.size >= MOST_SERIES - 1 && key !== OTHERS) return this.of(OTHERS, () => OVERFLOW);
    const series = new Series(attributes());
    this.#series.set(key, series);
    return series;
  }
}
