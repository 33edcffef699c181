import { defer } from 'rxjs';
import { encoded } from '../framing/buffer-sink.ts';
import type { Encode } from '../framing/byte-sink.ts';
import type { Writing } from './byte-channel.ts';
import type { Connection } from './connection.ts';
import { mapped } from './mapped-source.ts';

/** The writing half for encoded values, on a connection that is a plain object: each becomes a buffer of its own. */
export function plainWriting<Out>(
  connection: Pick<Connection, 'write' | 'send'>,
  encode: Encode<Out>,
): Writing<Out> {
  const toBytes = (value: Out): Buffer => encoded(encode, value);
  return {
    write: (value) => connection.write(toBytes(value)),
    send: (values) => defer(() => connection.send(mapped(values, toBytes))),
  };
}
