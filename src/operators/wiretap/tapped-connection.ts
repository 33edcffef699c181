import { defer, tap } from 'rxjs';
import { channelOf, type ByteChannel, type Channelled } from '../../connection/byte-channel.ts';
import { ConnectionView } from '../../connection/connection-view.ts';
import type { CloseSummary, Connection } from '../../connection/connection.ts';
import { mapped } from '../../connection/mapped-source.ts';
import { plainWriting } from '../../connection/plain-writing.ts';
import type { Bytes } from '../../framing/bytes.ts';

/** What is told of a connection: what it does, and to which value if there is one. */
export interface Tap<T> {
  value(direction: 'received' | 'sent', value: T): void;
  event(text: string): void;
}

/** A connection that tells of all that goes through it, and is the same in everything else. */
export class TappedConnection<In, Out> extends ConnectionView<In, Out> implements Channelled {
  readonly #connection: Connection<In, Out>;
  readonly #tap: Tap<In | Out>;

  constructor(connection: Connection<In, Out>, told: Tap<In | Out>) {
    const sent = (value: Out): Out => {
      told.value('sent', value);
      return value;
    };
    const received = connection.received.pipe(
      tap({
        next: (value) => {
          told.value('received', value);
        },
        complete: () => {
          told.event('received the end');
        },
      }),
    );
    super(
      connection,
      { received, hold: () => connection.hold() },
      {
        write: (value) => connection.write(sent(value)),
        send: (values) => defer(() => connection.send(mapped(values, sent))),
      },
    );
    this.#connection = connection;
    this.#tap = told;
  }

  /** Its bytes can be framed like those of the original, and are told of on their way. */
  get byteChannel(): ByteChannel | undefined {
    const channel = channelOf(this.#connection);
    if (channel === undefined) return undefined;
    // Only a connection of bytes has a channel.
    const bytes = this as unknown as Connection<Buffer, Bytes>;
    return {
      scheduler: channel.scheduler,
      writing: (encode) => plainWriting(bytes, encode),
      unshift: (rest) => {
        this.#tap.event(`put back ${rest.length} B, for the next reader`);
        channel.unshift(rest);
      },
      get ended() {
        return channel.ended;
      },
      delivering: (isDelivering) => {
        channel.delivering(isDelivering);
      },
      retain: (retaining) => {
        channel.retain(retaining);
      },
      fail: (error) => {
        channel.fail(error);
      },
    };
  }

  override end(): void {
    this.#tap.event('ends');
    super.end();
  }

  override close(): Promise<CloseSummary> {
    this.#tap.event('closes');
    return super.close();
  }

  override abort(reason?: unknown): void {
    this.#tap.event(reason instanceof Error ? `aborts: ${reason.message}` : 'aborts');
    super.abort(reason);
  }
}
