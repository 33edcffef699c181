import type { Bytes } from '../framing/bytes.ts';
import type { Encode } from '../framing/byte-sink.ts';
import type { Codec } from '../framing/codec.ts';
import { channelOf } from './byte-channel.ts';
import { ConnectionView } from './connection-view.ts';
import type { Connection } from './connection.ts';
import { FramedInbound, type FrameSettings } from './framed-inbound.ts';
import { plainWriting } from './plain-writing.ts';

/** A connection of messages on top of one of bytes. */
export class FramedConnection<In, Out> extends ConnectionView<In, Out> {
  readonly #inbound: FramedInbound<In>;

  constructor(
    connection: Connection<Buffer, Bytes>,
    codec: Codec<In, Out>,
    encode: Encode<Out>,
    settings: FrameSettings,
  ) {
    const channel = channelOf(connection);
    const inbound = new FramedInbound(connection, channel, codec, settings);
    super(connection, inbound, channel?.writing(encode) ?? plainWriting(connection, encode));
    this.#inbound = inbound;
  }

  override abort(reason?: unknown): void {
    this.#inbound.drop();
    super.abort(reason);
  }
}
