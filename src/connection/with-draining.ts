import type { Observable } from 'rxjs';
import { channelOf, type ByteChannel, type Channelled } from './byte-channel.ts';
import { ConnectionView } from './connection-view.ts';
import type { Connection } from './connection.ts';

/** The same connection with another `draining`; everything else goes to the original. */
export function withDraining<In, Out>(
  connection: Connection<In, Out>,
  draining: Observable<void>,
): Connection<In, Out> {
  return new DrainingView(connection, draining);
}

class DrainingView<In, Out> extends ConnectionView<In, Out> implements Channelled {
  readonly #connection: Connection<In, Out>;
  readonly #draining: Observable<void>;

  constructor(connection: Connection<In, Out>, draining: Observable<void>) {
    super(connection, connection, connection);
    this.#connection = connection;
    this.#draining = draining;
  }

  override get draining(): Observable<void> {
    return this.#draining;
  }

  /** It still carries the bytes of the original, so that it can be framed. */
  get byteChannel(): ByteChannel | undefined {
    return channelOf(this.#connection);
  }
}
