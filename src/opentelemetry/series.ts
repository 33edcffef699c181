import type { Attributes } from '@opentelemetry/api';
import type { Traffic } from '../connection/connection.ts';

/** The connections that have the same attributes: how many are open, and the bytes of those that are closed. */
export class Series {
  readonly attributes: Attributes;
  open = 0;
  bytesRead = 0;
  bytesWritten = 0;

  constructor(attributes: Attributes) {
    this.attributes = attributes;
  }

  closed({ bytesRead, bytesWritten }: Traffic): void {
    this.open -= 1;
    this.bytesRead += bytesRead;
    this.bytesWritten += bytesWritten;
  }
}

// What the SDKs keep of one instrument, when nobody says otherwise, and their name for all that is beyond it.
const MOST_SERIES = 2000;
const OVERFLOW: Attributes = { 'otel.metric.overflow': true };

/** Every {@link Series} there has been: a sum does not shrink when its connections are gone. */
export class AllSeries {
  readonly #series = new Map<string, Series>();

  /** The one with these attributes, which are given in the same order each time. */
  of(attributes: Attributes): Series {
    const key = JSON.stringify(attributes);
    return this.#series.get(key) ?? this.#make(key, attributes);
  }

  [Symbol.iterator](): Iterator<Series> {
    return this.#series.values();
  }

  #make(key: string, attributes: Attributes): Series {
    // One is for all the others.
    if (this.#series.size >= MOST_SERIES - 1 && attributes !== OVERFLOW) return this.of(OVERFLOW);
    const series = new Series(attributes);
    this.#series.set(key, series);
    return series;
  }
}
