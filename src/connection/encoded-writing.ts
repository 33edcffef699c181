import type { Observable, ObservableInput } from 'rxjs';
import type { Encode } from '../framing/byte-sink.ts';
import type { Writing } from './byte-channel.ts';

/** The side of a connection that an {@link EncodedWriting} writes to. */
export interface EncodingHost {
  writeEncoded<Out>(value: Out, encode: Encode<Out>): boolean;
  sendEncoded<Out>(values: ObservableInput<Out>, encode: Encode<Out>): Observable<never>;
}

/** The writing half of a connection for the values of one encoder. Not two closures, because there are many of them. */
export class EncodedWriting<Out> implements Writing<Out> {
  readonly #host: EncodingHost;
  readonly #encode: Encode<Out>;

  constructor(host: EncodingHost, encode: Encode<Out>) {
    this.#host = host;
    this.#encode = encode;
  }

  write(value: Out): boolean {
    return this.#host.writeEncoded(value, this.#encode);
  }

  send(values: ObservableInput<Out>): Observable<never> {
    return this.#host.sendEncoded(values, this.#encode);
  }
}
