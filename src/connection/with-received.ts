import type { Observable } from 'rxjs';
import { channelOf, type ByteChannel, type Channelled } from './byte-channel.ts';
import { ConnectionView } from './connection-view.ts';
import type { Connection } from './connection.ts';

/** The same connection with another inbound stream; everything else goes to the original. */
export function withReceived<In, Out>(
  connection: Connection<In, Out>,
  received: Observable<In>,
): Connection<In, Out> {
  return new ReceivingView(connection, received);
}

class ReceivingView<In, Out> extends ConnectionView<In, Out> implements Channelled {
  readonly #connection: Connection<In, Out>;

  constructor(connection: Connection<In, Out>, received: Observable<In>) {
    super(connection, { received, hold: () => connection.hold() }, connection);
    this.#connection = connection;
  }

  /** It still carries the bytes of the original, so that a handler can frame it. */
  get byteChannel(): ByteChannel | undefined {
    return channelOf(this.#connection);
  }
}
